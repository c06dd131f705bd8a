/** Wall clock for deleting what is old: a clock that jumps ahead must not delete what is not. */

const MINUTE_MS = 60_000;
/** A larger step than this is a jump: clocks that drift are corrected in smaller ones. */
const JUMP_MS = MINUTE_MS;
/** A clock that stays ahead for this long is believed. */
const BELIEF_MS = 24 * 60 * MINUTE_MS;

export interface ClockReadings {
  /** Unix milliseconds. */
  wall: () => number;
  /** Milliseconds that pass evenly, from any beginning. */
  monotonic: () => number;
}

/** Follows the wall clock, but not over a jump ahead until it has lasted for a day. */
export class SteadyClock {
  readonly #readings: ClockReadings;
  #base: { wall: number; monotonic: number };
  #aheadSince: number | undefined;

  constructor(readings: ClockReadings = { wall: Date.now, monotonic: () => performance.now() }) {
    this.#readings = readings;
    this.#base = { wall: readings.wall(), monotonic: readings.monotonic() };
  }

  /** Unix milliseconds. */
  now(): number {
    const wall = this.#readings.wall();
    const monotonic = this.#readings.monotonic();
    const expected = this.#base.wall + monotonic - this.#base.monotonic;
    if (wall - expected > JUMP_MS) {
      this.#aheadSince ??= monotonic;
      if (monotonic - this.#aheadSince < BELIEF_MS) return expected;
    }
    this.#aheadSince = undefined;
    this.#base = { wall, monotonic };
    return wall;
  }
}
