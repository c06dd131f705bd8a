/** Asks a worker whether a file is a video: FFmpeg lives only there. */
import { randomUUID } from 'node:crypto';
import { AppError } from '#shared/errors.ts';
import { type VideoFacts, videoFactsSchema } from '#shared/worker-protocol.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { call } from '../worker-access/client.ts';
import { removeVideo, sendVideo } from '../worker-access/send-video.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';

/** A worker gives up a file after ten seconds, and a process that does not even begin after 25. */
const TIMEOUT_MS = 30_000;

/** Where uploaded videos are checked and played: on this machine, on others, or nowhere. */
export type VideoPlace = 'here' | 'elsewhere' | 'nowhere';

/** @param config which workers there are, whether gateways share them, and where videos are kept */
export function videoPlace(config: {
  remoteWorkers: object | undefined;
  cluster: object | undefined;
  store: { uploads: { bucket: object | undefined } };
}): VideoPlace {
  if (config.remoteWorkers === undefined) return 'here';
  // The gateway that gives a worker its orders may be another one, which has no such file.
  return config.cluster !== undefined && config.store.uploads.bucket === undefined ? 'nowhere' : 'elsewhere';
}

/** Checks the content, on any ready worker. */
export class VideoCheck {
  readonly #routing: Pick<CameraRouting, 'anyReady' | 'ready'>;
  readonly #place: VideoPlace;

  constructor(routing: Pick<CameraRouting, 'anyReady' | 'ready'>, place: VideoPlace = 'here') {
    this.#routing = routing;
    this.#place = place;
  }

  /** @throws AppError `worker-not-ready` with `Retry-After` while no worker could check, `upload-needs-own-worker` */
  expectReady(): void {
    this.#worker();
  }

  /** Probes a file. @param file absolute path @throws AppError `not-a-video`, `storage-full`, `worker-*` */
  async check(file: string): Promise<VideoFacts> {
    const worker = this.#worker();
    if (worker.isRemote !== true) return probe(worker, file);
    const name = `check-${randomUUID()}`;
    await sendVideo(worker, { file, name });
    try {
      return await probe(worker, name);
    } finally {
      // The worker itself removes what is left, minutes later.
      await removeVideo(worker, name).catch(() => {});
    }
  }

  #worker(): WorkerAddress {
    if (this.#place === 'nowhere')
      throw new AppError(
        'upload-needs-own-worker',
        'Several gateways with workers of WORKER_URLS or WORKER_DNS keep uploaded videos in a bucket only: set UPLOADS_S3_BUCKET, or give an rtsp:// address instead',
      );
    const any = this.#routing.anyReady();
    if (any.isRemote !== true || this.#place === 'elsewhere') return any;
    const own = this.#routing.ready().find(({ isRemote }) => isRemote !== true);
    if (own !== undefined) return own;
    throw new AppError('worker-not-ready', 'No worker of this gateway is ready', { retryAfter: 1 });
  }
}

function probe(worker: WorkerAddress, file: string): Promise<VideoFacts> {
  return call(worker, {
    method: 'POST',
    path: '/internal/probe',
    json: { file },
    timeoutMs: TIMEOUT_MS,
    schema: videoFactsSchema,
  });
}
