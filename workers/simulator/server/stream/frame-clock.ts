/** One timer for any number of streams of the same frame rate. */

/** Longest pause that is made up for afterwards, milliseconds; after a longer one (a suspended laptop) ticks are left out. */
const MAX_CATCH_UP_MS = 2000;
/** Timers fire up to a millisecond early. */
const TOLERANCE_MS = 1;

/** Counts frames in real time while there are listeners; late ticks follow immediately, so none is lost. */
export class FrameClock {
  readonly framesPerSecond: number;
  readonly #periodMs: number;
  readonly #listeners = new Set<(tick: number) => void>();
  readonly #startedAt = performance.now();
  #tick = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(framesPerSecond: number) {
    this.framesPerSecond = framesPerSecond;
    this.#periodMs = 1000 / framesPerSecond;
  }

  /** Calls `listener` with the number of every tick; returns the function that ends it. */
  subscribe(listener: (tick: number) => void): () => void {
    this.#listeners.add(listener);
    if (this.#timer === undefined) {
      this.#tick = this.#due();
      this.#schedule();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  #due(): number {
    return Math.floor((performance.now() - this.#startedAt + TOLERANCE_MS) / this.#periodMs);
  }

  #schedule(): void {
    const nextAt = this.#startedAt + (this.#tick + 1) * this.#periodMs;
    this.#timer = setTimeout(() => this.#run(), Math.max(0, nextAt - performance.now()));
  }

  #run(): void {
    const due = this.#due();
    this.#tick = Math.max(this.#tick, due - Math.floor(MAX_CATCH_UP_MS / this.#periodMs));
    while (this.#tick < due && this.#listeners.size > 0) {
      this.#tick += 1;
      for (const listener of this.#listeners) listener(this.#tick);
    }
    if (this.#listeners.size > 0) this.#schedule();
  }
}
