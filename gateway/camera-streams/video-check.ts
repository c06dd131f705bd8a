/** Asks a worker whether a file is a video: FFmpeg lives only there. */
import { AppError } from '#shared/errors.ts';
import { type VideoFacts, videoFactsSchema } from '#shared/worker-protocol.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { call } from '../worker-access/client.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';

/** A worker gives up a file after ten seconds. */
const TIMEOUT_MS = 12_000;

/** Checks the content, on any ready worker. */
export class VideoCheck {
  readonly #routing: Pick<CameraRouting, 'anyReady'>;

  constructor(routing: Pick<CameraRouting, 'anyReady'>) {
    this.#routing = routing;
  }

  /** @throws AppError `worker-not-ready` with `Retry-After` while no worker could check, `upload-needs-own-worker` */
  expectReady(): void {
    this.#worker();
  }

  /** Probes a file. @param file absolute path @throws AppError `not-a-video`, `worker-*` */
  async check(file: string): Promise<VideoFacts> {
    return call(this.#worker(), {
      method: 'POST',
      path: '/internal/probe',
      json: { file },
      timeoutMs: TIMEOUT_MS,
      schema: videoFactsSchema,
    });
  }

  #worker(): WorkerAddress {
    const worker = this.#routing.anyReady();
    if (worker.isRemote)
      throw new AppError(
        'upload-needs-own-worker',
        'Workers of WORKER_URLS and WORKER_DNS cannot read uploaded files; give an rtsp:// address instead',
      );
    return worker;
  }
}
