/** Deletes old deliveries and caches their counts. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { SteadyClock } from '#shared/steady-clock.ts';
import type { DeliveryCounts, DeliveryRepository } from './delivery-repository.ts';

export interface HousekeepingOptions {
  repository: Pick<DeliveryRepository, 'count' | 'prune'>;
  /** Whether this gateway deletes, and no other on the database. */
  isOurTurn?: () => Promise<boolean>;
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
  readonly #clock = new SteadyClock();
  readonly #job: PeriodicJob;
  /** As of the last run; undefined before the first. */
  counts: DeliveryCounts | undefined;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#job = new PeriodicJob({
      run: () => this.#run(),
      onError: (error) => options.log.debug({ reason: messageOf(error) }, 'could not count deliveries'),
      everyMs: options.everyMs ?? EVERY_MS,
    });
  }

  /** Starts with a first run. */
  start(): void {
    this.#job.start();
  }

  /** Stops after the current run. */
  async close(): Promise<void> {
    await this.#job.close();
  }

  /** One batch per run: a large backlog must not block the store. */
  async #run(): Promise<void> {
    const { repository, isOurTurn, keepMs = KEEP_MS, now = () => this.#clock.now() } = this.#options;
    if (isOurTurn === undefined || (await isOurTurn())) await repository.prune(now() - keepMs);
    this.counts = await repository.count();
  }
}
