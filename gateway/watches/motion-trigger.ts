/** Starts questions of watches on motion. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { MotionSource } from '../analysis/camera-channel.ts';
import type { WatchRepository } from './watch-repository.ts';

export interface MotionTriggerOptions {
  source: MotionSource;
  repository: Pick<WatchRepository, 'noteMotion'>;
  /** Wakes the runner. */
  wake: () => void;
  log: Logger;
  /** Shortest time between two queries of the store for one camera, milliseconds. */
  spacingMs?: number;
  /** Unix milliseconds. */
  now?: () => number;
}

const SPACING_MS = 1000;

/** Listens from start to close. */
export class MotionTrigger {
  readonly #options: MotionTriggerOptions;
  readonly #notedAt = new Map<string, number>();
  #stop: () => void = () => {};
  #writing: Promise<unknown> = Promise.resolve();

  constructor(options: MotionTriggerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stop = this.#options.source.onMotion((cameraId, zones) => this.#note(cameraId, zones));
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#writing;
  }

  #note(cameraId: string, zones: readonly string[]): void {
    const { repository, wake, log, spacingMs = SPACING_MS, now = Date.now } = this.#options;
    const at = now();
    if (at - (this.#notedAt.get(cameraId) ?? Number.NEGATIVE_INFINITY) < spacingMs) return;
    this.#notedAt.set(cameraId, at);
    this.#writing = this.#writing
      .then(() => repository.noteMotion(cameraId, zones, at))
      .then(
        (isAny) => void (isAny && wake()),
        (error: unknown) =>
          log.warn({ cameraId, reason: messageOf(error) }, 'motion did not reach its watches'),
      );
  }
}
