/** Scenes, RTSP server and control server, started and stopped in order. */
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { SimulatorConfig } from './config.ts';
import { openControlServer } from './faults/control-server.ts';
import { SCENES } from './scenes/catalogue.ts';
import { SceneEncoder } from './scenes/scene-encoder.ts';
import { createRtspServer, type RtspServer, type RtspServerOptions } from './server/rtsp-server.ts';

/** Ports after the wanted one that are tried under a supervisor. */
const MAX_MOVES = 100;

export interface Simulator {
  controlPort: number;
  rtspPort: number;
  /** Addresses of the cameras. */
  urls: string[];
  close(): Promise<void>;
}

/** Starts the simulator. @throws the `listen` error, `EADDRINUSE` among them */
export async function openSimulator({
  config,
  redactor,
  log,
}: {
  config: Readonly<SimulatorConfig>;
  redactor: Redactor;
  log: Logger;
}): Promise<Simulator> {
  const scenes = await SceneEncoder.open(SCENES);
  const rtsp = await listen(
    { host: config.rtspHost, port: config.rtspPort, streams: scenes.streams },
    config,
  );
  const control = await openControlServer({
    host: config.host,
    port: config.controlPort,
    rtsp,
    redactor,
    log,
  });
  return {
    controlPort: control.port,
    rtspPort: rtsp.port,
    urls: [...scenes.streams.keys()].map((path) => rtsp.url(path)),
    close: async () => {
      await control.close();
      await rtsp.close();
      await scenes.close();
    },
  };
}

async function listen(
  options: RtspServerOptions & { port: number },
  { mayMoveOn }: Pick<SimulatorConfig, 'mayMoveOn'>,
): Promise<RtspServer> {
  const last = mayMoveOn && options.port > 0 ? Math.min(options.port + MAX_MOVES, 65535) : options.port;
  for (let port = options.port; ; port += 1) {
    const server = createRtspServer({ ...options, port });
    try {
      await server.listen();
      return server;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port >= last) throw error;
    }
  }
}
