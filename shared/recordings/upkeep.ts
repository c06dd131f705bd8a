/** Looks after a folder of recordings: its index stays equal to the files, and what is too old or too much goes. */
import { messageOf } from '../errors.ts';
import { PeriodicJob } from '../periodic-job.ts';
import { SteadyClock } from '../steady-clock.ts';
import type { RecordingIndex } from './recording-index.ts';
import { type RepairOptions, repairIndex } from './repair.ts';
import { type RetentionOptions, removeOld } from './retention.ts';

export interface UpkeepOptions extends Omit<RepairOptions, 'restMs'> {
  repository: RepairOptions['repository'] & RetentionOptions['repository'];
  index: Pick<RecordingIndex, 'isOpen' | 'openBytes'>;
  /** Disk space of all recordings and clips. */
  quotaBytes: number;
  /** Called after each repair. */
  onRepaired?: () => Promise<void>;
}

const RETENTION_EVERY_MS = 15_000;
const REPAIR_EVERY_MS = 10 * 60_000;
/** A file that may still be written is looked at again after this, milliseconds. */
const REPAIR_AGAIN_MS = 6000;

/** Runs from start to close. */
export class Upkeep {
  readonly #repair: PeriodicJob;
  readonly #retention: PeriodicJob;

  constructor(options: UpkeepOptions) {
    const { folder, repository, index, quotaBytes, onRepaired, log } = options;
    this.#repair = new PeriodicJob({
      run: async (signal) => {
        if (await repairIndex(options, signal)) this.repairSoon();
        await onRepaired?.();
      },
      onError: (error) =>
        log.warn({ reason: messageOf(error) }, 'the index of recordings could not be repaired'),
      everyMs: REPAIR_EVERY_MS,
      retryMs: REPAIR_AGAIN_MS,
    });
    const steady = new SteadyClock();
    const openBytes = (): number => index.openBytes;
    this.#retention = new PeriodicJob({
      run: async (signal) => {
        await removeOld({ folder, repository, quotaBytes, openBytes }, steady.now(), signal);
      },
      onError: (error) => log.warn({ reason: messageOf(error) }, 'old recordings could not be removed'),
      everyMs: RETENTION_EVERY_MS,
    });
  }

  start(): void {
    this.#repair.start();
    this.#retention.start();
  }

  /** Repairs once the files that are now being written are closed. */
  repairSoon(): void {
    this.#repair.runNow(REPAIR_AGAIN_MS);
  }

  /** Aborts what runs and waits for its end. */
  async close(): Promise<void> {
    await Promise.all([this.#repair.close(), this.#retention.close()]);
  }
}
