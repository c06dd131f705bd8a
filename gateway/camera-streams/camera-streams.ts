/** Everything about camera streams, put together: to be started before the gateway listens. */
import type { Handler, Router } from 'express';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { Store } from '../store/store.ts';
import { CameraStreamRepository } from './camera-stream-repository.ts';
import { CameraStreamService, type StreamOutbox } from './camera-stream-service.ts';
import { cameraStreamRoutes } from './routes.ts';
import { trpcHandler } from './trpc.ts';
import { UploadFolder } from './upload-folder.ts';
import { VideoCheck, type VideoCheckOptions } from './video-check.ts';

/** What camera streams are made of. */
export interface CameraStreamsOptions {
  store: Pick<Store, 'db' | 'transaction' | 'whenReady'>;
  secretBox: SecretBox;
  outbox: StreamOutbox;
  /** Called after every commit that left something to deliver. */
  onStored?: () => void;
  /** Folder of the uploaded videos. */
  folder: string;
  /** Largest upload, bytes. */
  maxUploadBytes: number;
  /** Free space that uploads leave to everybody else, bytes. */
  reserveBytes: number;
  /** Uploads under way at once. */
  maxUploads?: number;
  /** Names of the RTSP workers. */
  workers: VideoCheckOptions['workers'];
  pool: VideoCheckOptions['pool'];
  redactor: Redactor;
  log: Logger;
}

/** Camera streams, ready to be mounted. */
export interface CameraStreams {
  service: CameraStreamService;
  /** For `/api/camera-streams`. */
  routes: Router;
  /** For `/trpc`. */
  trpc: Handler;
  /** Notes what a crash left and clears it away once the database answers. */
  start(): Promise<void>;
}

/** Puts camera streams together. */
export function createCameraStreams(options: CameraStreamsOptions): CameraStreams {
  const { store, secretBox, outbox, onStored, workers, pool, redactor, log } = options;
  const uploads = new UploadFolder({
    folder: options.folder,
    maxBytes: options.maxUploadBytes,
    reserveBytes: options.reserveBytes,
  });
  const service = new CameraStreamService({
    store,
    repository: new CameraStreamRepository(store.db, secretBox),
    outbox,
    uploads,
    check: new VideoCheck({ workers, pool }),
    ...(onStored === undefined ? {} : { onStored }),
  });
  const { maxUploads } = options;
  return {
    service,
    routes: cameraStreamRoutes({ service, uploads, ...(maxUploads === undefined ? {} : { maxUploads }) }),
    trpc: trpcHandler({ service, redactor, log }),
    start: async () => {
      const { swept } = await service.start();
      swept.catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'uploads were not tidied up'));
    },
  };
}
