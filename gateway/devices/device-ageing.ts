/** Marks devices inactive that no source has seen for five minutes. */

import type { Clock } from '#shared/clock.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { JobState } from '../jobs/job-state.ts';
import type { DeviceRepository } from './device-repository.ts';

/** What ageing needs. */
export interface DeviceAgeingOptions {
  repository: Pick<DeviceRepository, 'deactivateUnseen'>;
  clock: Clock;
  log: Logger;
  everyMs?: number;
}

/** As docs/contract.md, section 6 says. */
const INACTIVE_AFTER_MS = 5 * 60_000;
const EVERY_MS = 15_000;

/** Runs from start to close. */
export class DeviceAgeing {
  readonly #job: PeriodicJob;

  constructor({ repository, clock, log, everyMs = EVERY_MS }: DeviceAgeingOptions) {
    const state = new JobState('the ageing of devices', clock, log);
    const run = async (): Promise<void> => {
      const now = clock.now();
      const keys = await repository.deactivateUnseen({ before: now - INACTIVE_AFTER_MS, now });
      if (keys.length > 0) log.info({ devices: keys.slice(0, 20), count: keys.length }, 'devices inactive');
      state.succeed();
    };
    this.#job = new PeriodicJob({ run, onError: (error) => state.fail(error), everyMs, clock });
  }

  start(): void {
    this.#job.start();
  }

  async close(): Promise<void> {
    await this.#job.close();
  }
}
