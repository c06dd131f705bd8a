/** Builds cameras: the registry, the file of cameras, the demo, and what keeps workers running them. */
import type { AddressPolicy } from '#shared/address-policy.ts';
import type { CameraSource } from '#shared/camera-source.ts';
import type { RtspService } from '#shared/contract/health.ts';
import type { CameraStatus } from '#shared/contract/status.ts';
import type { Logger } from '#shared/logger.ts';
import type { RouteGroup } from '../http/route.ts';
import type { Storage } from '../store/storage.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import type { CameraDirectory } from './camera-directory.ts';
import { CameraRepository } from './camera-repository.ts';
import { CameraStates } from './camera-states.ts';
import { cameraTestRoute } from './camera-test.ts';
import { CamerasFile, type CamerasFileStatus } from './cameras-file.ts';
import { Connector } from './connector.ts';
import { lackingStates } from './lacking-states.ts';
import type { UploadedVideos } from './played-videos.ts';
import { Reconciler, type ReconcilerPool } from './reconciler.ts';
import { CameraRegistry } from './registry.ts';
import { registryRoutes } from './registry-routes.ts';
import { cameraRoutes } from './routes.ts';
import { summariseStart } from './start-summary.ts';
import { VideoCarrier } from './video-carrier.ts';

export interface CamerasOptions {
  storage: Pick<Storage, 'store' | 'box' | 'isSecretKey'>;
  /** CAMERAS_FILE. */
  file: string | undefined;
  addresses: AddressPolicy;
  directory: CameraDirectory;
  routing: CameraRouting;
  /** Workers that this gateway gives orders. */
  pool: ReconcilerPool;
  /** How often a camera moved between workers; undefined where that is not counted. */
  epochOf?: ((cameraId: string) => number | undefined) | undefined;
  /** Resolves when other gateways can know what clients connected and disconnected here. */
  whenShared: () => Promise<void>;
  videos: UploadedVideos;
  /** What a worker of this machine runs to give video of an agent's camera. */
  mirrorOf: (cameraId: string) => CameraSource | undefined;
  /** States of cameras whose workers cannot be asked. */
  offline: () => [string, CameraStatus][];
  /** What `GET /api/cameras/status` answers. */
  rtspStatus: () => RtspService;
  log: Logger;
}

/** Cameras of one gateway. */
export interface Cameras {
  routes: RouteGroup;
  states: CameraStates;
  /** Keeps the workers running what is wanted; started and closed on its own. */
  reconciler: Reconciler;
  /** Field `camerasFile` of `GET /health`. */
  fileStatus(): CamerasFileStatus | undefined;
  /** Switches a stored camera on or off. @throws AppError `camera-not-found`, `camera-from-file` */
  setEnabled(cameraId: string, isEnabled: boolean): Promise<void>;
  /** Waits a little until stored cameras are known. @throws AppError `storage-unavailable` */
  expectLoaded(): Promise<void>;
  start(): void;
  /** Call before the store is closed. */
  close(): Promise<void>;
}

/** Builds cameras. */
export function createCameras(options: CamerasOptions): Cameras {
  const { storage, directory, routing, pool, epochOf, addresses, videos, log } = options;
  const carrier = new VideoCarrier(log);
  const states = new CameraStates(routing, () => [
    ...options.offline(),
    ...carrier.states(),
    ...lackingStates(directory, routing),
  ]);
  const repository = new CameraRepository(storage.box);
  const registry = new CameraRegistry({
    store: storage.store,
    repository,
    directory,
    videos,
    addresses,
    expectAgent: (agent) => routing.expectAgent(agent),
    log,
  });
  const { mirrorOf } = options;
  const reconciler = new Reconciler({ directory, routing, mirrorOf, pool, carrier, epochOf, log });
  const file =
    options.file === undefined ? undefined : new CamerasFile({ file: options.file, registry, log });
  const closing = new AbortController();
  const summarise = () => summariseStart({ directory, states, log, signal: closing.signal });
  return {
    routes: createRoutes(options, registry, reconciler),
    states,
    reconciler,
    fileStatus: () => file?.status,
    setEnabled: async (cameraId, enabled) => void (await registry.update(cameraId, { enabled })),
    expectLoaded: () => registry.expectLoaded(),
    start: () => {
      registry.start();
      file?.start();
      void registry.whenLoaded().then(summarise, () => {});
    },
    close: async () => {
      closing.abort();
      await Promise.all([file?.close(), registry.close()]);
    },
  };
}

function createRoutes(
  { storage, directory, routing, epochOf, whenShared, rtspStatus }: CamerasOptions,
  registry: CameraRegistry,
  reconciler: Reconciler,
): RouteGroup {
  const connector = new Connector({ directory, routing, reconciler, epochOf, whenShared });
  const expectLoaded = (): Promise<void> => registry.expectLoaded();
  return {
    name: 'Cameras',
    description: 'Which cameras there are. Those in the registry are kept connected across restarts.',
    routes: [
      ...cameraRoutes({ directory, connector, expectLoaded, rtspStatus }),
      ...registryRoutes({ registry, isSecretKey: storage.isSecretKey }),
      cameraTestRoute({ registry, routing }),
    ],
  };
}
