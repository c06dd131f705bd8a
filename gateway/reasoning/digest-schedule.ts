/** Delivers a digest of each hour or day to the analysis backend, once, over restarts and by one of several gateways. */
import type { Digest } from '#shared/contract/digest.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { Deliveries } from '../deliveries/deliveries.ts';
import type { Store } from '../store/store.ts';
import type { Digests } from './digests.ts';

/** When digests are made. */
export interface DigestTimes {
  every: 'hour' | 'day';
  /** Hour of the day at which days end, in the time zone of the gateway. */
  hour: number;
}

export interface DigestScheduleOptions {
  times: DigestTimes;
  digests: Pick<Digests, 'make'>;
  store: Pick<Store, 'isReady' | 'transaction'>;
  deliveries: Pick<Deliveries, 'outbox' | 'sender'>;
  log: Logger;
  /** Pause between two looks at the clock, milliseconds. */
  everyMs?: number;
  /** Unix milliseconds. */
  now?: () => number;
}

/** Camera of a delivery that is about all cameras; no camera has this id. */
export const ALL_CAMERAS = '*';
const EVERY_MS = 60_000;

/** Runs from start to close. */
export class DigestSchedule {
  readonly #options: DigestScheduleOptions;
  readonly #job: PeriodicJob;
  #last = '';

  constructor(options: DigestScheduleOptions) {
    this.#options = options;
    this.#job = new PeriodicJob({
      run: (signal) => this.#run(signal),
      onError: (error) =>
        options.log.warn({ reason: messageOf(error) }, 'a digest could not be made; trying again'),
      everyMs: options.everyMs ?? EVERY_MS,
    });
  }

  start(): void {
    this.#job.start();
  }

  close(): Promise<void> {
    return this.#job.close();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { times, digests, store, deliveries, now = Date.now } = this.#options;
    if (!store.isReady) return;
    const { from, to } = lastPeriod(now(), times);
    const id = `dig_${times.every}_${to}`;
    if (id === this.#last) return;
    const isKnown = await store.transaction((trx) => deliveries.outbox.has(trx, id));
    if (!isKnown) {
      const digest: Digest = await digests.make({ from, to, hasText: true, signal });
      const payload = { digest_id: id, ...digest };
      await store.transaction((trx) =>
        deliveries.outbox.enqueue(trx, { id, cameraId: ALL_CAMERAS, payload }),
      );
      deliveries.sender.wake();
    }
    this.#last = id;
  }
}

/** The hour or day that ended last. @param now Unix milliseconds */
export function lastPeriod(now: number, { every, hour }: DigestTimes): { from: number; to: number } {
  const end = new Date(now);
  if (every === 'hour') end.setMinutes(0, 0, 0);
  else end.setHours(hour, 0, 0, 0);
  if (end.getTime() > now) end.setDate(end.getDate() - 1);
  const begin = new Date(end);
  if (every === 'hour') begin.setTime(end.getTime() - 60 * 60 * 1000);
  else begin.setDate(begin.getDate() - 1);
  return { from: begin.getTime(), to: end.getTime() };
}
