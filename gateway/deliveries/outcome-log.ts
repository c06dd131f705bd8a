/** Remembers and logs how deliveries go, without a line for each attempt at a receiver that is down. */
import type { Logger } from '#shared/logger.ts';
import type { Settlement } from './delivery.ts';

/** The last attempt that failed. */
export interface DeliveryFailure {
  /** Unix milliseconds. */
  at: number;
  deliveryId: string;
  cameraId: string;
  error: string;
}

/** What was seen of outcomes since the start. */
export class OutcomeLog {
  readonly #log: Logger;
  #isFailing = false;
  /** Attempts that failed. */
  failures = 0;
  /** Deliveries that arrived. */
  successes = 0;
  lastFailure: DeliveryFailure | undefined;
  /** Unix milliseconds. */
  lastDeliveredAt: number | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Takes note of one outcome. @param now Unix milliseconds */
  note(settlement: Settlement, now: number): void {
    if (settlement.kind === 'released') return;
    const { id: deliveryId, cameraId, status, error } = settlement;
    if (settlement.kind === 'delivered') {
      this.#noteSuccess(now);
      this.#log.debug({ deliveryId, cameraId, status }, 'delivered');
      return;
    }
    this.failures += 1;
    this.lastFailure = { at: now, deliveryId, cameraId, error: error ?? 'unknown' };
    const facts = { deliveryId, cameraId, status, reason: error };
    if (settlement.kind === 'parked') this.#log.warn(facts, 'delivery parked until it is retried by hand');
    else this.#noteRetry(facts, new Date(settlement.at).toISOString());
  }

  #noteSuccess(now: number): void {
    this.successes += 1;
    this.lastDeliveredAt = now;
    if (this.#isFailing) this.#log.info('the analysis backend takes deliveries again');
    this.#isFailing = false;
  }

  #noteRetry(facts: object, nextAttemptAt: string): void {
    if (this.#isFailing) this.#log.debug({ ...facts, nextAttemptAt }, 'delivery failed, tried again later');
    else
      this.#log.warn(
        { ...facts, nextAttemptAt },
        'the analysis backend does not take deliveries; they are retried',
      );
    this.#isFailing = true;
  }
}
