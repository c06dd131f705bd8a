/** Backs up the SQLite file once a day. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { newestBackupAt } from './sqlite-backups.ts';

export interface BackupScheduleOptions {
  /** The SQLite file. */
  file: string;
  log: Logger;
  timings?: BackupTimings | undefined;
}

/** Intervals, milliseconds. */
export interface BackupTimings {
  /** Delay of the first check, so that it does not slow down the start. */
  firstMs: number;
  /** Age of the newest backup after which another one is made. */
  everyMs: number;
  /** Pause between two checks. */
  lookMs: number;
}

const HOUR_MS = 3_600_000;
const BACKUP_TIMINGS: BackupTimings = { firstMs: 60_000, everyMs: 24 * HOUR_MS, lookMs: HOUR_MS };

/** Runs from start to close. */
export class BackupSchedule {
  readonly #file: string;
  readonly #log: Logger;
  readonly #everyMs: number;
  readonly #job: PeriodicJob;

  constructor({ file, log, timings = BACKUP_TIMINGS }: BackupScheduleOptions) {
    this.#file = file;
    this.#log = log;
    this.#everyMs = timings.everyMs;
    this.#job = new PeriodicJob({
      run: (signal) => this.#check(signal),
      onError: (error) => log.warn({ reason: messageOf(error) }, 'could not back up the database'),
      firstMs: timings.firstMs,
      everyMs: timings.lookMs,
    });
  }

  /** Starts checking whether a backup is due. */
  start(): void {
    this.#job.start();
  }

  /** Stops; aborts a running backup. */
  async close(): Promise<void> {
    await this.#job.close();
  }

  async #check(signal: AbortSignal): Promise<void> {
    const age = Date.now() - (newestBackupAt(this.#file) ?? Number.NEGATIVE_INFINITY);
    // A backup of the future was made before the clock was set back: its age is unknown.
    if (age >= 0 && age < this.#everyMs) return;
    const name = await backUp(this.#file, signal);
    if (name !== undefined) this.#log.info({ backup: name }, 'backed up the database');
  }
}

/** Returns undefined when it was aborted. */
async function backUp(file: string, signal: AbortSignal): Promise<string | undefined> {
  const thread = new Worker(new URL('./sqlite-backup-thread.ts', import.meta.url), { workerData: { file } });
  const abort = (): void => void thread.terminate();
  signal.addEventListener('abort', abort, { once: true });
  let name: string | undefined;
  thread.once('message', (message: string) => {
    name = message;
  });
  await once(thread, 'exit');
  signal.removeEventListener('abort', abort);
  return name;
}
