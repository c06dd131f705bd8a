/** Lets watches ask when they are due. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { Pause } from '../jobs/pause.ts';
import type { WatchRow } from '../store/database.ts';
import type { WatchAttempts } from './watch-attempt.ts';
import type { WatchLeaseRepository } from './watch-lease-repository.ts';

export interface WatchRunnerOptions {
  leases: Pick<WatchLeaseRepository, 'take' | 'settle'>;
  attempts: Pick<WatchAttempts, 'make'>;
  log: Logger;
  /** Questions under way at once. */
  concurrency?: number;
  /** Longest pause between two looks at the store: another gateway may have left something. Milliseconds. */
  pollMs?: number;
  /** Unix milliseconds. */
  now?: () => number;
}

const CONCURRENCY = 8;
const POLL_MS = 5000;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 10_000;

/** Runs from start to close; no failure of the store, a camera or Moondream ends it. */
export class WatchRunner {
  readonly #options: WatchRunnerOptions;
  readonly #now: () => number;
  readonly #closing = new AbortController();
  readonly #pause = new Pause();
  readonly #flights = new Set<Promise<void>>();
  #isWoken = false;
  #backoffMs = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(options: WatchRunnerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Looks for watches now: one was made, changed, or came free. */
  wake(): void {
    this.#isWoken = true;
    // A store that fails is left alone, however much there would be to do.
    if (this.#backoffMs === 0) this.#pause.end();
  }

  /** Breaks off what is under way and gives the watches back. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#pause.end();
    await this.#running;
    await Promise.all(this.#flights);
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#isWoken = false;
      const pauseMs = await this.#round().catch((error: unknown) => this.#backOff(error));
      if (signal.aborted || (this.#isWoken && this.#backoffMs === 0)) continue;
      await this.#pause.wait(pauseMs);
    }
  }

  /** @returns how long there is nothing to do, milliseconds */
  async #round(): Promise<number> {
    const { leases, concurrency = CONCURRENCY, pollMs = POLL_MS } = this.#options;
    const { watches, nextDueAt } = await leases.take(concurrency - this.#flights.size, this.#now());
    this.#backoffMs = 0;
    for (const row of watches) this.#launch(row);
    return Math.min(pollMs, Math.max(0, (nextDueAt ?? Number.POSITIVE_INFINITY) - this.#now()));
  }

  #backOff(error: unknown): number {
    if (this.#backoffMs === 0) this.#options.log.warn({ reason: messageOf(error) }, 'watches cannot be read');
    this.#backoffMs = Math.min(MAX_BACKOFF_MS, Math.max(FIRST_BACKOFF_MS, this.#backoffMs * 2));
    return this.#backoffMs;
  }

  #launch(row: WatchRow): void {
    const flight = this.#fly(row).finally(() => {
      this.#flights.delete(flight);
      this.wake();
    });
    this.#flights.add(flight);
  }

  async #fly(row: WatchRow): Promise<void> {
    const { leases, attempts, log } = this.#options;
    const { changes, isUnspent } = await attempts.make(row, this.#closing.signal);
    await leases.settle(row, changes, isUnspent).catch((error: unknown) => {
      log.warn(
        { watch: row.id, reason: messageOf(error) },
        'a watch could not be settled; it is asked again',
      );
    });
  }
}
