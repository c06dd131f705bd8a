/** Takes items with a lease from a store, works on several simultaneously and settles each. */
import { backoffMs } from '#shared/backoff.ts';
import { Pause, settlesWithin } from './pause.ts';

/** Items taken from the store. */
export interface Taken<T> {
  items: readonly T[];
  /** Unix milliseconds; undefined while nothing else waits. */
  nextDueAt: number | undefined;
}

export interface LeasedQueueOptions<T, O> {
  /** Takes at most `limit` items that are due. @param inHand items under way */
  take: (limit: number, inHand: readonly T[]) => Promise<Taken<T>>;
  /** Works on an item; never rejects. An aborted signal asks to give the item back. */
  attempt: (item: T, signal: AbortSignal) => Promise<O>;
  /** Takes note of the outcome; never rejects. */
  settle: (item: T, outcome: O) => Promise<void> | void;
  /** Called when the store failed. */
  onError: (error: unknown, retryMs: number) => void;
  /** Items under way simultaneously. */
  concurrency: number;
  /** Longest pause between two looks at the store: another gateway may have left an item. Milliseconds. */
  pollMs?: number;
  /** First pause after a failure of the store; it doubles up to 10 s. Milliseconds. */
  firstBackoffMs?: number;
  /** Unix milliseconds. */
  now?: () => number;
}

const POLL_MS = 5000;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 10_000;

interface Flight<T> {
  item: T;
  controller: AbortController;
  landed: Promise<void>;
}

/** Runs from start to close; no failure of the store or of an item ends it. */
export class LeasedQueue<T, O> {
  readonly #options: LeasedQueueOptions<T, O>;
  readonly #now: () => number;
  readonly #flights = new Set<Flight<T>>();
  readonly #pause = new Pause();
  #isWoken = false;
  #isClosing = false;
  /** Failures of the store in a row. */
  #failures = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(options: LeasedQueueOptions<T, O>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Looks for items now: one was stored or came free. A store that fails is left alone. */
  wake(): void {
    this.#isWoken = true;
    if (this.#failures === 0) this.#pause.end();
  }

  /**
   * Takes no more and aborts items under way.
   * @param graceMs wait that long before, and no longer for a store that does not answer
   */
  async close(graceMs?: number): Promise<void> {
    this.#isClosing = true;
    this.#pause.end();
    if (graceMs !== undefined) await settlesWithin(Promise.all([this.#running, this.#landings()]), graceMs);
    for (const { controller } of this.#flights) controller.abort();
    if (graceMs === undefined) await this.#running;
    await this.#landings();
  }

  async #run(): Promise<void> {
    while (!this.#isClosing) {
      this.#isWoken = false;
      const pauseMs = await this.#round().catch((error: unknown) => this.#backOff(error));
      if (this.#isClosing || (this.#isWoken && this.#failures === 0)) continue;
      await this.#pause.wait(pauseMs);
    }
  }

  /** @returns milliseconds until there may be more to do */
  async #round(): Promise<number> {
    const { take, concurrency, pollMs = POLL_MS } = this.#options;
    const inHand = [...this.#flights].map(({ item }) => item);
    const { items, nextDueAt } = await take(this.#isClosing ? 0 : concurrency - inHand.length, inHand);
    this.#failures = 0;
    for (const item of items) this.#launch(item);
    return Math.min(pollMs, Math.max(0, (nextDueAt ?? Number.POSITIVE_INFINITY) - this.#now()));
  }

  #backOff(error: unknown): number {
    const { onError, firstBackoffMs: firstMs = FIRST_BACKOFF_MS } = this.#options;
    const retryMs = backoffMs(this.#failures, { firstMs, maxMs: MAX_BACKOFF_MS });
    this.#failures += 1;
    onError(error, retryMs);
    return retryMs;
  }

  #launch(item: T): void {
    const controller = new AbortController();
    // Taken while closing: it is only given back.
    if (this.#isClosing) controller.abort();
    const landed = this.#fly(item, controller.signal).finally(() => {
      this.#flights.delete(flight);
      this.wake();
    });
    const flight: Flight<T> = { item, controller, landed };
    this.#flights.add(flight);
  }

  async #fly(item: T, signal: AbortSignal): Promise<void> {
    await this.#options.settle(item, await this.#options.attempt(item, signal));
  }

  async #landings(): Promise<void> {
    await Promise.all([...this.#flights].map(({ landed }) => landed));
  }
}
