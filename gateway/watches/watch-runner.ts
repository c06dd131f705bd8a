/** Asks the questions of watches when they are due. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { LeasedQueue } from '../jobs/leased-queue.ts';
import type { WatchRow } from '../store/database.ts';
import type { WatchAttempts } from './watch-attempt.ts';
import type { WatchLeaseRepository } from './watch-lease-repository.ts';

export interface WatchRunnerOptions {
  leases: Pick<WatchLeaseRepository, 'take' | 'settle'>;
  attempts: Pick<WatchAttempts, 'make'>;
  log: Logger;
  /** Simultaneous questions. */
  concurrency?: number;
  /** Longest pause between polls of the store, milliseconds: another gateway may have changed a watch. */
  pollMs?: number;
  /** Unix milliseconds. */
  now?: () => number;
}

const CONCURRENCY = 8;
const FIRST_BACKOFF_MS = 250;

type WatchOutcome = Awaited<ReturnType<WatchAttempts['make']>>;

/** Runs from start to close; survives failures of the store, cameras and Moondream. */
export class WatchRunner {
  readonly #options: WatchRunnerOptions;
  readonly #queue: LeasedQueue<WatchRow, WatchOutcome>;
  #failing = 0;

  constructor(options: WatchRunnerOptions) {
    const { leases, attempts, log, concurrency = CONCURRENCY, pollMs, now = Date.now } = options;
    this.#options = options;
    this.#queue = new LeasedQueue({
      take: async (limit) => {
        const { watches, nextDueAt, failing } = await leases.take(limit, now());
        this.#failing = failing;
        return { items: watches, nextDueAt };
      },
      attempt: (row, signal) => attempts.make(row, signal),
      settle: (row, outcome) => this.#settle(row, outcome),
      onError: (error, retryMs) =>
        log.warn({ reason: messageOf(error), retryMs }, 'database unavailable; watches wait'),
      concurrency,
      firstBackoffMs: FIRST_BACKOFF_MS,
      now,
      ...(pollMs === undefined ? {} : { pollMs }),
    });
  }

  /** How many watches fail, also those of other gateways on the database. */
  get failing(): number {
    return this.#failing;
  }

  start(): void {
    this.#queue.start();
  }

  /** Polls immediately, for a watch that was created, changed or released. */
  wake(): void {
    this.#queue.wake();
  }

  /** Aborts running questions and releases their watches. */
  async close(): Promise<void> {
    await this.#queue.close();
  }

  async #settle(row: WatchRow, { changes, isUnspent }: WatchOutcome): Promise<void> {
    const { leases, log } = this.#options;
    await leases.settle(row, changes, isUnspent).catch((error: unknown) => {
      const facts = { watch: row.id, reason: messageOf(error) };
      log.warn(facts, 'could not settle a watch; it will ask again');
    });
  }
}
