/** Publishes pictures of cameras: at a slow pace, one camera after another, and on command. */
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { FrameSource } from '../models/frame-source.ts';
import type { Outlet } from './outlet.ts';
import type { Topics } from './topics.ts';

export interface SnapshotFeedOptions {
  directory: Pick<CameraDirectory, 'wanted'>;
  frames: Pick<FrameSource, 'newest'>;
  outlet: Outlet;
  topics: Topics;
  /** Pause between two rounds, milliseconds; 0: on command only. */
  everyMs: number;
  log: Logger;
}

const MAX_SIDE = 1280;

/** Runs from start to close; takes no picture while the broker is away. */
export class SnapshotFeed {
  readonly #options: SnapshotFeedOptions;
  readonly #job: PeriodicJob;

  constructor(options: SnapshotFeedOptions) {
    this.#options = options;
    this.#job = new PeriodicJob({
      run: (signal) => this.#round(signal),
      onError: (error) => options.log.error({ err: error }, 'pictures could not be published'),
      everyMs: options.everyMs,
    });
  }

  start(): void {
    if (this.#options.everyMs > 0) this.#job.start();
  }

  /** Takes pictures now: the broker has come back. */
  update(): void {
    this.#job.runNow();
  }

  async close(): Promise<void> {
    await this.#job.close();
  }

  /** Publishes the newest picture of a camera. @throws AppError of the camera or its worker */
  async take(cameraId: string, signal: AbortSignal): Promise<void> {
    const { frames, outlet, topics } = this.#options;
    const { jpeg } = await frames.newest(cameraId, { maxSide: MAX_SIDE, signal });
    outlet.send({ topic: topics.camera(cameraId, 'snapshot'), payload: jpeg, retain: true });
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { directory, outlet } = this.#options;
    for (const { id } of directory.wanted()) {
      if (signal.aborted || !outlet.isOpen) return;
      // Why a camera has no picture is told with its state.
      await this.take(id, signal).catch(() => {});
    }
  }
}
