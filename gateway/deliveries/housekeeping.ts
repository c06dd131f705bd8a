/** Deletes old deliveries and caches their counts. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { DeliveryCounts, DeliveryRepository } from './delivery-repository.ts';

export interface HousekeepingOptions {
  repository: Pick<DeliveryRepository, 'count' | 'prune'>;
  log: Logger;
  /** Retention after delivery, milliseconds. */
  keepMs?: number;
  /** Pause between two runs, milliseconds. */
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
  /** As of the last run; undefined before the first. */
  counts: DeliveryCounts | undefined;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  /** Starts with a first run. */
  start(): void {
    this.#timer = setInterval(() => this.#begin(), this.#options.everyMs ?? EVERY_MS);
    this.#begin();
  }

  /** Stops after the current run. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  #begin(): void {
    this.#round ??= this.#run().finally(() => {
      this.#round = undefined;
    });
  }

  /** One batch per run: a large backlog must not block the store. */
  async #run(): Promise<void> {
    const { repository, keepMs = KEEP_MS, now = Date.now, log } = this.#options;
    try {
      await repository.prune(now() - keepMs);
      this.counts = await repository.count();
    } catch (error) {
      log.debug({ reason: messageOf(error) }, 'could not count deliveries');
    }
  }
}
