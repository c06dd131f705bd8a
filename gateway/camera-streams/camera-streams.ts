/** Builds camera streams: uploads, storage, routes. */
import { EventEmitter } from 'node:events';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { UploadedVideos } from '../cameras/played-videos.ts';
import type { UploadsConfig } from '../config/uploads.ts';
import type { Deliveries } from '../deliveries/deliveries.ts';
import type { RouteGroup } from '../http/route.ts';
import type { Storage } from '../store/storage.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { CameraStreamRepository } from './camera-stream-repository.ts';
import { CameraStreamService } from './camera-stream-service.ts';
import { openUploads } from './open-uploads.ts';
import { cameraStreamRoutes } from './routes.ts';
import { trpcRoutes } from './trpc-routes.ts';
import { UploadQuota } from './upload-quota.ts';
import type { UploadStore } from './upload-store.ts';
import { VideoCheck, type VideoPlace } from './video-check.ts';

export interface CameraStreamsOptions {
  storage: Pick<Storage, 'store' | 'box'>;
  dataDir: string;
  limits: UploadsConfig & {
    /** Simultaneous uploads. */
    uploads: number;
    /** Largest JSON body, bytes. */
    jsonBytes: number;
  };
  directory: Pick<CameraDirectory, 'registered'>;
  routing: Pick<CameraRouting, 'anyReady' | 'ready'>;
  /** Where videos are checked and played. */
  place: VideoPlace;
  deliveries: Pick<Deliveries, 'outbox' | 'sender'>;
  redactor: Redactor;
  log: Logger;
}

/** Camera streams of one gateway. */
export interface CameraStreams {
  routes: RouteGroup;
  /** Uploaded videos that cameras may play. */
  videos: UploadedVideos;
  /** Lists what a crash left of uploads; clears it away once the database answers. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Builds camera streams. */
export function createCameraStreams(options: CameraStreamsOptions): CameraStreams {
  const { storage, dataDir, limits, directory, routing, place, deliveries, redactor, log } = options;
  const repository = new CameraStreamRepository(storage.store.db, storage.box);
  const played = (): string[] =>
    directory.registered().flatMap(({ source }) => ('file' in source ? [source.file] : []));
  const { uploads, close } = openUploads({
    ...{ dataDir, config: limits, played, redactor, log },
    isStored: (name) => repository.hasVideoFile(name),
  });
  const { quotaBytes } = limits;
  const isPlayed = (file: string): boolean => played().includes(file);
  const deleted = new EventEmitter<{ video: [] }>();
  const service = new CameraStreamService({
    store: storage.store,
    repository,
    outbox: deliveries.outbox,
    uploads,
    quota: new UploadQuota({ repository, uploads, quotaBytes, isPlayed, log }),
    check: new VideoCheck(routing, place),
    onStored: () => deliveries.sender.wake(),
    onDeleted: () => deleted.emit('video'),
  });
  return {
    routes: {
      name: 'Camera streams',
      description:
        'Streams that the analysis backend is told of. What it is told is delivered for certain, even if it is away for days.',
      routes: [
        ...cameraStreamRoutes({ service, uploads, maxUploads: limits.uploads }),
        ...trpcRoutes({ service, redactor, log, maxBodyBytes: limits.jsonBytes }),
      ],
    },
    videos: {
      fileOf: (id) => fileOf(id, repository, uploads),
      onDeleted: (listener) => void deleted.on('video', listener),
    },
    start: () => clearLeftovers(service, log),
    close,
  };
}

async function fileOf(
  id: string,
  repository: CameraStreamRepository,
  uploads: UploadStore,
): Promise<string | undefined> {
  const { videoFile = null, videoRemovedAt = null } = (await repository.find(id)) ?? {};
  return videoFile !== null && videoRemovedAt === null ? uploads.pathOf(videoFile) : undefined;
}

/** Without a folder to write to there are no uploads; the rest of the gateway runs. */
async function clearLeftovers(service: CameraStreamService, log: Logger): Promise<void> {
  const onError = (error: unknown): void => log.warn({ err: error }, 'could not clear leftover uploads');
  const started = await service.start().catch(onError);
  started?.swept.catch(onError);
}
