/** Sends due deliveries: leases them, posts them, settles the results. */

import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { Pause, settlesWithin } from '../jobs/pause.ts';
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

interface Flight {
  controller: AbortController;
  landed: Promise<void>;
}

const CONCURRENCY = 16;
const POLL_MS = 5000;
const CLOSE_MS = 5000;
/** Time for the last settlement after running attempts have ended. */
const LAST_EXCHANGE_MS = 1000;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 10_000;

/** Runs from start to close; survives failures of the store and the receiver. */
export class DeliverySender {
  readonly #options: DeliverySenderOptions;
  readonly #now: () => number;
  readonly #flights = new Map<string, Flight>();
  readonly #pause = new Pause();
  #settlements: Settlement[] = [];
  #isWoken = false;
  #isClosing = false;
  #backoffMs = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(options: DeliverySenderOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Starts sending. */
  start(): void {
    if (this.#options.endpoint !== undefined) this.#running = this.#run();
  }

  /** Polls immediately: a delivery was stored or made due by hand. */
  wake(): void {
    this.#isWoken = true;
    // While the store fails, only the backoff wakes the sender.
    if (this.#backoffMs === 0) this.#pause.end();
  }

  /** Takes no more deliveries, waits for running attempts, aborts slow ones and releases their leases. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#pause.end();
    const { closeMs = CLOSE_MS, endpoint } = this.#options;
    await settlesWithin(Promise.all([this.#running, this.#landings()]), closeMs);
    for (const { controller } of this.#flights.values()) controller.abort();
    await this.#landings();
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

  async #run(): Promise<void> {
    while (!this.#isClosing) {
      this.#isWoken = false;
      const pauseMs = await this.#round().catch((error: unknown) => this.#backOff(error));
      if (this.#isClosing || (this.#isWoken && this.#backoffMs === 0)) continue;
      await this.#pause.wait(pauseMs);
    }
  }

  /** Returns the time until the next poll, milliseconds. */
  async #round(): Promise<number> {
    const { leases, concurrency = CONCURRENCY, pollMs = POLL_MS } = this.#options;
    const settlements = [...this.#settlements];
    const { leased, nextDueAt } = await leases.exchange({
      settlements,
      limit: this.#isClosing ? 0 : concurrency - this.#flights.size,
      inHand: [...this.#flights.keys()],
      now: this.#now(),
    });
    this.#backoffMs = 0;
    this.#settlements = this.#settlements.slice(settlements.length);
    for (const delivery of leased) this.#launch(delivery);
    return Math.min(pollMs, Math.max(0, (nextDueAt ?? Number.POSITIVE_INFINITY) - this.#now()));
  }

  #backOff(error: unknown): number {
    this.#backoffMs = Math.min(MAX_BACKOFF_MS, this.#backoffMs * 2 || FIRST_BACKOFF_MS);
    const { log } = this.#options;
    log.warn({ reason: messageOf(error), retryMs: this.#backoffMs }, 'database unavailable; deliveries wait');
    return this.#backoffMs;
  }

  #launch(delivery: LeasedDelivery): void {
    const controller = new AbortController();
    const landed = this.#attempt(delivery, controller.signal).then((outcome) => {
      const settlement = { id: delivery.id, cameraId: delivery.cameraId, ...outcome };
      this.#options.outcomes.record(settlement, this.#now());
      this.#flights.delete(delivery.id);
      this.#settlements.push(settlement);
      this.wake();
    });
    this.#flights.set(delivery.id, { controller, landed });
  }

  async #attempt({ id, payload, attempts }: LeasedDelivery, signal: AbortSignal): Promise<Outcome> {
    const { endpoint, random = Math.random } = this.#options;
    if (endpoint === undefined || this.#isClosing) return { kind: 'released' };
    const body = this.#open(payload);
    if (body === undefined) return unreadable(attempts);
    const content = JSON.parse(body) as DeliveryPayload;
    const request = { id, path: deliveryPath(content), body, at: new Date(this.#now()) };
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

  async #landings(): Promise<void> {
    await Promise.all([...this.#flights.values()].map(({ landed }) => landed));
  }
}

/** A payload sealed with a lost key stays unreadable at every attempt. */
function unreadable(attempts: number): Outcome {
  const error = 'The stored payload cannot be read with this SECRET_KEY';
  return { kind: 'parked', attempts, status: null, error, response: null };
}
