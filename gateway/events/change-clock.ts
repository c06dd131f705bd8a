/** Change numbers: microseconds since 1970, strictly increasing. */

const MICROSECONDS = 1000;

/** Increases by one when the clock stands still or goes back. */
export class ChangeClock {
  readonly #now: () => number;
  #last = 0;

  /** @param now Unix milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Goes on after a number of an earlier process, whose clock may have been ahead. */
  follow(change: number): void {
    this.#last = Math.max(this.#last, change);
  }

  /** The next number. */
  next(): number {
    this.#last = Math.max(this.#last + 1, Math.round(this.#now() * MICROSECONDS));
    return this.#last;
  }
}
