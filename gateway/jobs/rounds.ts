/** Work that is done again and again, never twice at the same time. */
import type { Clock } from './clock.ts';

export interface RoundsOptions {
  /** One round; `signal` aborts when the rounds are closed. */
  run: (signal: AbortSignal) => Promise<void>;
  /** Whatever a round rejects with, unless it was closed meanwhile. */
  onError: (error: unknown) => void;
  /** From the end of a round to the next, milliseconds. */
  everyMs: number;
  clock: Clock;
  /** Share of the pause by which it varies, so that many gateways do not ask as one. */
  jitter?: number;
  /** 0 up to 1. */
  random?: () => number;
}

const DEFAULT_JITTER = 0.1;

/** Rounds from start to close; the first begins at once. */
export class Rounds {
  readonly #options: RoundsOptions;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #isAgainWanted = false;
  #isStarted = false;
  #cancel: () => void = () => {};

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isStarted = true;
    this.kick();
  }

  /** Begins a round now; while one runs, another follows it at once. */
  kick(): void {
    if (!this.#isStarted || this.#closing.signal.aborted) return;
    if (this.#running !== undefined) {
      this.#isAgainWanted = true;
      return;
    }
    this.#cancel();
    this.#running = this.#runOne();
  }

  /** Aborts the round under way and waits for its end. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancel();
    await this.#running;
  }

  async #runOne(): Promise<void> {
    const { signal } = this.#closing;
    try {
      await this.#options.run(signal);
    } catch (error) {
      if (!signal.aborted) this.#options.onError(error);
    }
    this.#running = undefined;
    if (signal.aborted) return;
    if (this.#isAgainWanted) {
      this.#isAgainWanted = false;
      this.kick();
    } else {
      this.#cancel = this.#options.clock.after(this.#pauseMs(), () => this.kick());
    }
  }

  #pauseMs(): number {
    const { everyMs, jitter = DEFAULT_JITTER, random = Math.random } = this.#options;
    return everyMs * (1 + jitter * (2 * random() - 1));
  }
}
