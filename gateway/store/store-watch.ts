/** Knows whether an open database still takes writes: by a small periodic write, and by queries that fail. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, type LogEvent, sql } from 'kysely';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { Database } from './database.ts';

export interface StoreWatchTimings {
  /** Pause between two probes, milliseconds. */
  everyMs: number;
  /** A probe that takes longer has failed, milliseconds. */
  timeoutMs: number;
  /** How long the failure of a real query counts, even if probes succeed, milliseconds. */
  holdMs: number;
}

const TIMINGS: StoreWatchTimings = { everyMs: 5000, timeoutMs: 3000, holdMs: 10_000 };

/** Watches one database from start to close. */
export class StoreWatch {
  readonly #log: Logger;
  readonly #timings: StoreWatchTimings;
  #probes: PeriodicJob | undefined;
  #isClosed = false;
  #failedAt = Number.NEGATIVE_INFINITY;
  #isWritable = true;

  constructor(log: Logger, timings: StoreWatchTimings = TIMINGS) {
    this.#log = log;
    this.#timings = timings;
  }

  /** Whether the last probe succeeded and no query failed lately. */
  get isWritable(): boolean {
    return this.#isWritable;
  }

  /** For Kysely's `log`: notes queries that failed because the database is full or away. */
  readonly onQuery = (event: LogEvent): void => {
    // Before the start tables are still being made, which is no failure.
    if (this.#probes === undefined || event.level !== 'error' || !isStorageError(event.error)) return;
    this.#failedAt = performance.now();
    this.#set(false, event.error);
  };

  /** Does nothing after close. */
  start(db: Kysely<Database>): void {
    if (this.#isClosed) return;
    this.#probes ??= new PeriodicJob({
      run: () => this.#probe(db),
      onError: (error) => this.#set(false, error),
      everyMs: this.#timings.everyMs,
    });
    this.#probes.start();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#probes?.close();
  }

  async #probe(db: Kysely<Database>): Promise<void> {
    const { timeoutMs, holdMs } = this.#timings;
    const over = new AbortController();
    try {
      const late = delay(timeoutMs, undefined, { signal: over.signal }).then(() => {
        throw new Error(`The database did not answer within ${timeoutMs} ms`);
      });
      await Promise.race([write(db), late]);
      if (performance.now() - this.#failedAt >= holdMs) this.#set(true);
    } finally {
      over.abort();
    }
  }

  #set(isWritable: boolean, error?: unknown): void {
    if (this.#isWritable === isWritable || this.#isClosed) return;
    this.#isWritable = isWritable;
    if (isWritable) this.#log.info('the database takes writes again');
    else this.#log.error({ reason: messageOf(error) }, 'the database takes no writes');
  }
}

async function write(db: Kysely<Database>): Promise<void> {
  await sql`insert into store_probe (id, at) values (1, ${Date.now()})
    on conflict (id) do update set at = excluded.at`.execute(db);
}

function isStorageError(error: unknown): boolean {
  return error instanceof AppError && error.code.startsWith('storage-');
}
