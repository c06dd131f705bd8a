/** Counts and logs delivery outcomes, without a line per attempt while the receiver is down. */
import type { Logger } from '#shared/logger.ts';
import type { Settlement } from './delivery.ts';

/** The last failed attempt. */
export interface DeliveryFailure {
  /** Unix milliseconds. */
  at: number;
  deliveryId: string;
  cameraId: string;
  error: string;
}

/** Outcomes since the start. */
export class OutcomeLog {
  readonly #log: Logger;
  readonly #receiver: string;
  #isFailing = false;
  /** Failed attempts. */
  failures = 0;
  /** Delivered deliveries. */
  successes = 0;
  lastFailure: DeliveryFailure | undefined;
  /** Unix milliseconds. */
  lastDeliveredAt: number | undefined;

  /** @param receiver who gets the deliveries, for the log */
  constructor(log: Logger, receiver = 'the analysis backend') {
    this.#log = log;
    this.#receiver = receiver;
  }

  /** Records one outcome. @param now Unix milliseconds */
  record(settlement: Settlement, now: number): void {
    if (settlement.kind === 'released' || settlement.kind === 'postponed') return;
    const { id: deliveryId, cameraId, status, error } = settlement;
    if (settlement.kind === 'delivered') {
      this.#noteSuccess(now);
      this.#log.debug({ deliveryId, cameraId, status }, 'delivered');
      return;
    }
    this.failures += 1;
    this.lastFailure = { at: now, deliveryId, cameraId, error: error ?? 'unknown' };
    const facts = { deliveryId, cameraId, status, reason: error };
    if (settlement.kind === 'parked') this.#log.warn(facts, 'delivery parked; retry it by hand');
    else this.#noteRetry(facts, new Date(settlement.at).toISOString());
  }

  #noteSuccess(now: number): void {
    this.successes += 1;
    this.lastDeliveredAt = now;
    if (this.#isFailing) this.#log.info(`${this.#receiver} accepts deliveries again`);
    this.#isFailing = false;
  }

  #noteRetry(facts: object, nextAttemptAt: string): void {
    if (this.#isFailing) this.#log.debug({ ...facts, nextAttemptAt }, 'delivery failed; it will be retried');
    else
      this.#log.warn(
        { ...facts, nextAttemptAt },
        `${this.#receiver} does not accept deliveries; they will be retried`,
      );
    this.#isFailing = true;
  }
}
