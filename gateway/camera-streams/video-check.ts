/** Asks a worker whether a file is a video: FFmpeg lives only there. */
import { AppError } from '#shared/errors.ts';
import type { VideoFacts } from '#shared/worker-protocol.ts';
import { probeVideo, type WorkerTarget } from '../worker-access/client.ts';

export interface VideoCheckOptions {
  /** Names of the RTSP workers. */
  workers: readonly string[];
  pool: { address(name: string): WorkerTarget | undefined };
}

const RETRY_AFTER_S = 2;

/** Checks by content, on any worker that is ready. */
export class VideoCheck {
  readonly #options: VideoCheckOptions;

  constructor(options: VideoCheckOptions) {
    this.#options = options;
  }

  /** @throws AppError `worker-not-ready` with `Retry-After` while a check would be in vain */
  expectReady(): void {
    this.#ready();
  }

  /** What a file holds. @param file absolute path @throws AppError `not-a-video`, `worker-*` */
  async check(file: string): Promise<VideoFacts> {
    return probeVideo(this.#ready(), file);
  }

  #ready(): WorkerTarget {
    const { workers, pool } = this.#options;
    for (const name of workers) {
      const worker = pool.address(name);
      if (worker !== undefined) return worker;
    }
    throw new AppError('worker-not-ready', 'No camera process is ready to check the video', {
      retryAfter: RETRY_AFTER_S,
    });
  }
}
