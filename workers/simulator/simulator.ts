/** Scenes, RTSP server and control server, started and stopped in order. */
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { SimulatorConfig } from './config.ts';
import { openControlServer } from './faults/control-server.ts';
import { PTZ_PATH, PtzCamera } from './ptz/ptz-camera.ts';
import { SCENES } from './scenes/catalogue.ts';
import { SceneEncoder } from './scenes/scene-encoder.ts';
import { createRtspServer, type RtspServer } from './server/rtsp-server.ts';
import type { StreamSource } from './server/stream/stream-source.ts';

/** Ports after the wanted one that are tried under a supervisor. */
const MAX_MOVES = 100;

export interface Simulator {
  controlPort: number;
  rtspPort: number;
  /** HTTP port of the PTZ camera; undefined under a supervisor. */
  ptzPort: number | undefined;
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
  const ptz = new PtzCamera();
  const streams = new Map<string, StreamSource>([...scenes.streams, [PTZ_PATH, ptz.source]]);
  const rtsp = await listen(config, streams);
  const streamUrl = rtsp.url(PTZ_PATH);
  // The demo has no PTZ camera: a supervisor's simulator opens no port for it.
  if (!config.mayMoveOn) await ptz.listen({ host: config.rtspHost, port: config.ptzPort, streamUrl });
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
    ptzPort: ptz.port,
    urls: [...streams.keys()].map((path) => rtsp.url(path)),
    close: async () => {
      await control.close();
      await ptz.close();
      await rtsp.close();
      await scenes.close();
    },
  };
}

async function listen(
  { rtspHost: host, rtspPort, mayMoveOn }: Pick<SimulatorConfig, 'rtspHost' | 'rtspPort' | 'mayMoveOn'>,
  streams: ReadonlyMap<string, StreamSource>,
): Promise<RtspServer> {
  const last = mayMoveOn && rtspPort > 0 ? Math.min(rtspPort + MAX_MOVES, 65535) : rtspPort;
  for (let port = rtspPort; ; port += 1) {
    const server = createRtspServer({ host, port, streams });
    try {
      await server.listen();
      return server;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port >= last) throw error;
    }
  }
}
