/** Clears away deliveries that arrived long ago, and keeps their counts at hand. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { DeliveryCounts, DeliveryRepository } from './delivery-repository.ts';

export interface HousekeepingOptions {
  repository: Pick<DeliveryRepository, 'count' | 'prune'>;
  log: Logger;
  /** How long a delivery is kept after it arrived, milliseconds. */
  keepMs?: number;
  /** Pause between two rounds, milliseconds. */
  everyMs?: number;
  /** Unix milliseconds. */
  now?: () => number;
}

const KEEP_MS = 7 * 24 * 60 * 60 * 1000;
const EVERY_MS = 10_000;

/** Runs from start to close. */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  /** As of the last round; undefined before the first. */
  counts: DeliveryCounts | undefined;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  /** Begins; the first round runs at once. */
  start(): void {
    this.#timer = setInterval(() => this.#begin(), this.#options.everyMs ?? EVERY_MS);
    this.#begin();
  }

  /** Stops after the round under way. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  #begin(): void {
    this.#round ??= this.#run().finally(() => {
      this.#round = undefined;
    });
  }

  /** One batch a round: a week's worth that falls due at once must not hold up the store. */
  async #run(): Promise<void> {
    const { repository, keepMs = KEEP_MS, now = Date.now, log } = this.#options;
    try {
      await repository.prune(now() - keepMs);
      this.counts = await repository.count();
    } catch (error) {
      log.debug({ reason: messageOf(error) }, 'deliveries could not be counted');
    }
  }
}
