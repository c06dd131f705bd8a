/** The simulator as a whole: scenes, RTSP and control, started and stopped in order. */
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { SimulatorConfig } from './config.ts';
import { openControlServer } from './faults/control-server.ts';
import { SCENES } from './scenes/catalogue.ts';
import { SceneStudio } from './scenes/scene-studio.ts';
import { createRtspServer, type RtspServer, type RtspServerOptions } from './server/rtsp-server.ts';

/** Ports after the wanted one that are tried under a supervisor. */
const MAX_MOVES = 100;

/** A simulator that serves. */
export interface Simulator {
  controlPort: number;
  rtspPort: number;
  /** Addresses of the cameras. */
  urls: string[];
  close(): Promise<void>;
}

/** Starts everything. @throws the `listen` error, `EADDRINUSE` among them */
export async function openSimulator({
  config,
  redactor,
  log,
}: {
  config: Readonly<SimulatorConfig>;
  redactor: Redactor;
  log: Logger;
}): Promise<Simulator> {
  const studio = await SceneStudio.open(SCENES);
  const rtsp = await listen(
    { host: config.rtspHost, port: config.rtspPort, streams: studio.streams },
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
    urls: [...studio.streams.keys()].map((path) => rtsp.url(path)),
    close: async () => {
      await control.close();
      await rtsp.close();
      await studio.close();
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
