/** Backs up the SQLite file once a day. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
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
  readonly #timings: BackupTimings;
  #timer: NodeJS.Timeout | undefined;
  #thread: Worker | undefined;
  #isClosed = false;

  constructor({ file, log, timings = BACKUP_TIMINGS }: BackupScheduleOptions) {
    this.#file = file;
    this.#log = log;
    this.#timings = timings;
  }

  /** Starts checking whether a backup is due. */
  start(): void {
    this.#lookIn(this.#timings.firstMs);
  }

  /** Stops; aborts a running backup. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#thread?.terminate();
  }

  #lookIn(ms: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      void this.#look().finally(() => this.#lookIn(this.#timings.lookMs));
    }, ms);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    try {
      const newestAt = newestBackupAt(this.#file);
      if (newestAt !== undefined && Date.now() - newestAt < this.#timings.everyMs) return;
      const name = await this.#backUp();
      if (name !== undefined) this.#log.info({ backup: name }, 'backed up the database');
    } catch (error) {
      this.#log.warn({ reason: messageOf(error) }, 'could not back up the database');
    }
  }

  /** Returns undefined when it was aborted. */
  async #backUp(): Promise<string | undefined> {
    const thread = new Worker(new URL('./sqlite-backup-thread.ts', import.meta.url), {
      workerData: { file: this.#file },
    });
    this.#thread = thread;
    let name: string | undefined;
    thread.once('message', (message: string) => {
      name = message;
    });
    await once(thread, 'exit');
    return name;
  }
}
