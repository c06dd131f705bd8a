/** Scenes, RTSP server and control server, started and stopped in order. */
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { SimulatorConfig } from './config.ts';
import { openControlServer } from './faults/control-server.ts';
import { PTZ_PATH, PtzCamera } from './ptz/ptz-camera.ts';
import { SCENES } from './scenes/catalogue.ts';
import { SceneEncoder } from './scenes/scene-encoder.ts';
import { createRtspServer } from './server/rtsp-server.ts';
import type { StreamSource } from './server/stream/stream-source.ts';

/** Ports after the wanted one that are tried where the port may move on. */
const MAX_MOVES = 100;

export interface Simulator {
  controlPort: number;
  rtspPort: number;
  /** HTTP port of the PTZ camera. */
  ptzPort: number;
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
  const rtsp = await onFreePort(config.rtspPort, config, async (port) => {
    const server = createRtspServer({ host: config.rtspHost, port, streams });
    await server.listen();
    return server;
  });
  const streamUrl = rtsp.url(PTZ_PATH);
  await onFreePort(config.ptzPort, config, (port) => ptz.listen({ host: config.rtspHost, port, streamUrl }));
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

async function onFreePort<T>(
  wanted: number,
  { mayMoveOn }: Pick<SimulatorConfig, 'mayMoveOn'>,
  listen: (port: number) => Promise<T>,
): Promise<T> {
  const last = mayMoveOn && wanted > 0 ? Math.min(wanted + MAX_MOVES, 65535) : wanted;
  for (let port = wanted; ; port += 1) {
    try {
      return await listen(port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port >= last) throw error;
    }
  }
}
