/** Work that repeats until it is closed, and never runs twice simultaneously. */
import { type Clock, systemClock } from './clock.ts';

export interface PeriodicJobOptions {
  /** One run; `signal` aborts when the job is closed. */
  run: (signal: AbortSignal) => Promise<void> | void;
  /** Whether this gateway runs it, and no other on the database; without it each does. */
  turn?: (() => Promise<boolean>) | undefined;
  /** Called with the error of a run, unless the job was closed meanwhile. */
  onError: (error: unknown) => void;
  /** From the end of a run to the next, milliseconds. */
  everyMs: number;
  /** From start to the first run, milliseconds. */
  firstMs?: number;
  /** From a failed run to the next, milliseconds; `everyMs` by default. */
  retryMs?: number | undefined;
  clock?: Clock;
  /** Share of the pause by which it varies, so that many gateways do not ask simultaneously. */
  jitter?: number;
  /** 0 up to 1. */
  random?: () => number;
}

const DEFAULT_JITTER = 0.1;

/** Runs from start to close. */
export class PeriodicJob {
  readonly #options: PeriodicJobOptions;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  /** Milliseconds after the present run in which another was asked for. */
  #againMs: number | undefined;
  #isStarted = false;
  #cancel: () => void = () => {};

  constructor(options: PeriodicJobOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock();
  }

  start(): void {
    this.#isStarted = true;
    this.runNow(this.#options.firstMs);
  }

  /**
   * Runs now, or right after the present run. Does nothing before start and after close.
   * @param inMs run that much later, milliseconds
   */
  runNow(inMs = 0): void {
    if (!this.#isStarted || this.#closing.signal.aborted) return;
    if (this.#running !== undefined) {
      this.#againMs = Math.min(inMs, this.#againMs ?? inMs);
      return;
    }
    this.#cancel();
    if (inMs > 0) this.#cancel = this.#clock.after(inMs, () => this.runNow());
    else this.#running = this.#runOnce();
  }

  /** Resolves when no run is under way. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Aborts the present run and waits for its end. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancel();
    await this.#running;
  }

  async #runOnce(): Promise<void> {
    const { run, turn, onError, everyMs, retryMs = everyMs } = this.#options;
    const { signal } = this.#closing;
    let pauseMs = everyMs;
    try {
      if (turn === undefined || (await turn())) await run(signal);
    } catch (error) {
      pauseMs = retryMs;
      if (!signal.aborted) onError(error);
    }
    this.#running = undefined;
    const nextMs = this.#againMs ?? this.#vary(pauseMs);
    this.#againMs = undefined;
    this.runNow(nextMs);
  }

  #vary(ms: number): number {
    const { jitter = DEFAULT_JITTER, random = Math.random } = this.#options;
    return ms * (1 + jitter * (2 * random() - 1));
  }
}
