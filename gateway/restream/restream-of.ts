/** The RTSP server of a configuration, loaded only where RTSP_PORT asks for it. */
import type { GatewayConfig } from '../config/config.ts';
import type { Part } from '../jobs/lifecycle.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import type { Restream, RestreamOptions } from './restream.ts';

/** A part that does nothing where it is off. */
export function restreamOf(
  { host, restreamPort: port, auth, limits }: Readonly<GatewayConfig>,
  { routing, ...parts }: Pick<RestreamOptions, 'door' | 'log'> & { routing: CameraRouting },
): Part {
  if (port === 0) return {};
  let running: Restream | undefined;
  return {
    start: async () => {
      const { Restream } = await import('./restream.ts');
      running = new Restream({
        ...{ ...parts, host, port },
        routing: {
          resolve: (cameraId) => routing.resolveVideo(cameraId),
          report: (worker) => routing.report(worker),
          tie: (cameraId, worker, cut) => routing.tie(cameraId, worker, cut),
        },
        isOpen: !auth.isOn,
        trustsLocal: !auth.isPublic,
        connections: limits.connections,
        perClient: limits.connectionsPerClient,
      });
      running.start();
    },
    close: () => running?.close(),
  };
}
