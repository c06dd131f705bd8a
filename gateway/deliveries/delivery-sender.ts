/** Sends due deliveries: leases them, posts them, settles the results. */

import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { LeasedQueue, type Taken } from '../jobs/leased-queue.ts';
import { settlesWithin } from '../jobs/pause.ts';
import type { SecretBox } from '../store/secret-box.ts';
import {
  type DeliveryPayload,
  deliveryPath,
  type LeasedDelivery,
  type Outcome,
  type Settlement,
} from './delivery.ts';
import type { Endpoint } from './http-endpoint.ts';
import type { LeaseRepository } from './lease-repository.ts';
import type { OutcomeLog } from './outcome-log.ts';
import { judge } from './verdict.ts';

export interface DeliverySenderOptions {
  leases: Pick<LeaseRepository, 'exchange'>;
  /** Undefined: deliveries wait. */
  endpoint: Endpoint | undefined;
  secretBox: SecretBox;
  outcomes: OutcomeLog;
  log: Logger;
  /** Simultaneous deliveries, each of another camera. */
  concurrency?: number;
  /** Longest pause between polls of the store, milliseconds: another gateway may have added a delivery. */
  pollMs?: number;
  /** How long {@link DeliverySender.close} waits for running attempts, milliseconds. */
  closeMs?: number;
  /** Unix milliseconds. */
  now?: () => number;
  /** Between 0 and 1. */
  random?: () => number;
}

const CONCURRENCY = 16;
const CLOSE_MS = 5000;
/** Time for the last settlement after running attempts have ended. */
const LAST_EXCHANGE_MS = 1000;

/** Runs from start to close; survives failures of the store and the receiver. */
export class DeliverySender {
  readonly #options: DeliverySenderOptions;
  readonly #now: () => number;
  readonly #queue: LeasedQueue<LeasedDelivery, Outcome>;
  #settlements: Settlement[] = [];

  constructor(options: DeliverySenderOptions) {
    const { concurrency = CONCURRENCY, pollMs, now = Date.now, log } = options;
    this.#options = options;
    this.#now = now;
    this.#queue = new LeasedQueue({
      take: (limit, inHand) => this.#exchange(limit, inHand),
      attempt: (delivery, signal) => this.#attempt(delivery, signal),
      settle: (delivery, outcome) => this.#settle(delivery, outcome),
      onError: (error, retryMs) =>
        log.warn({ reason: messageOf(error), retryMs }, 'database unavailable; deliveries wait'),
      concurrency,
      now,
      ...(pollMs === undefined ? {} : { pollMs }),
    });
  }

  /** Starts sending. */
  start(): void {
    if (this.#options.endpoint !== undefined) this.#queue.start();
  }

  /** Polls immediately: a delivery was stored or made due by hand. */
  wake(): void {
    this.#queue.wake();
  }

  /** Takes no more deliveries, waits for running attempts, aborts slow ones and releases their leases. */
  async close(): Promise<void> {
    const { closeMs = CLOSE_MS, endpoint } = this.#options;
    await this.#queue.close(closeMs);
    endpoint?.close();
    await this.#settleLast();
  }

  async #settleLast(): Promise<void> {
    const { leases, log } = this.#options;
    const settlements = this.#settlements;
    if (settlements.length === 0) return;
    const exchange = leases.exchange({ settlements, limit: 0, inHand: [], now: this.#now() });
    const settled = exchange.catch((error: unknown) => {
      log.warn({ reason: messageOf(error) }, 'could not settle deliveries; they will be sent again');
    });
    await settlesWithin(settled, LAST_EXCHANGE_MS);
  }

  /** Settlements travel with the next take, in one transaction. */
  async #exchange(limit: number, inHand: readonly LeasedDelivery[]): Promise<Taken<LeasedDelivery>> {
    const settlements = [...this.#settlements];
    const ids = inHand.map(({ id }) => id);
    const exchange = { settlements, limit, inHand: ids, now: this.#now() };
    const { leased, nextDueAt } = await this.#options.leases.exchange(exchange);
    this.#settlements = this.#settlements.slice(settlements.length);
    return { items: leased, nextDueAt };
  }

  #settle({ id, cameraId, queue }: LeasedDelivery, outcome: Outcome): void {
    const settlement = { id, cameraId, queue, ...outcome };
    this.#options.outcomes.record(settlement, this.#now());
    this.#settlements.push(settlement);
  }

  async #attempt({ id, target, payload, attempts }: LeasedDelivery, signal: AbortSignal): Promise<Outcome> {
    const { endpoint, random = Math.random } = this.#options;
    if (endpoint === undefined || signal.aborted) return { kind: 'released' };
    const body = this.#open(payload);
    if (body === undefined) return unreadable(attempts);
    const content = JSON.parse(body) as DeliveryPayload;
    const request = { id, target, path: deliveryPath(content), body, at: new Date(this.#now()) };
    const answer = await endpoint.post(request, signal);
    const facts = { payload: content, now: this.#now(), random };
    return judge(answer, { ...facts, attempts: attempts + 1 });
  }

  #open(sealed: string): string | undefined {
    try {
      return this.#options.secretBox.open(sealed);
    } catch {
      return undefined;
    }
  }
}

/** A payload sealed with a lost key stays unreadable at every attempt. */
function unreadable(attempts: number): Outcome {
  const error = 'The stored payload cannot be read with this SECRET_KEY';
  return { kind: 'parked', attempts, status: null, error, response: null };
}
