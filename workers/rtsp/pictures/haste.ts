/**
 * Whether there is time to decode exactly. A machine that cannot keep up drops pictures in any case; before it drops
 * more, each is made cheaper.
 */

/** Decoding that is behind for this long does not catch up by itself: no burst of a bad network, milliseconds. */
const LATE_MS = 500;
/** Haste lasts this long at first, and twice as long each time that exactness did not last, milliseconds. */
const FIRST_HOLD_MS = 10_000;
const MAX_HOLD_MS = 300_000;
/** Exactness that lasted this long was no mistake, milliseconds. */
const PROVEN_MS = 30_000;

/** Judges one camera's decoding. Times are milliseconds of a clock that never goes back. */
export class Haste {
  readonly #lateMs: number;
  #lateSince: number | undefined;
  #isCaughtUp = false;
  #until = Number.NEGATIVE_INFINITY;
  #holdMs = FIRST_HOLD_MS;

  /** @param lateMs how long decoding must be behind */
  constructor(lateMs: number = LATE_MS) {
    this.#lateMs = lateMs;
  }

  /** Somebody looks anew: what is behind at first is a group to catch up with, and says nothing. */
  rest(): void {
    this.#isCaughtUp = false;
    this.#lateSince = undefined;
  }

  /** A picture was decoded. @param isLate newer ones wait already, more than are normal */
  note(isLate: boolean, now: number): void {
    if (!isLate) {
      this.#isCaughtUp = true;
      this.#lateSince = undefined;
    } else if (this.#isCaughtUp) {
      this.#lateSince ??= now;
      if (now - this.#lateSince >= this.#lateMs) this.#hurry(now);
    }
  }

  /**
   * Packets were left out, since a newer keyframe came before their turn.
   * @param busyMs how long the decoder has not paused: where it is short, they came in a burst
   */
  noteGap(busyMs: number, now: number): void {
    if (this.#isCaughtUp && busyMs >= this.#lateMs) this.#hurry(now);
  }

  /** Whether pictures are to be made cheaply. */
  isHasty(now: number): boolean {
    return now < this.#until;
  }

  #hurry(now: number): void {
    if (!this.isHasty(now)) {
      const hasLasted = now - this.#until >= PROVEN_MS;
      this.#holdMs = hasLasted ? FIRST_HOLD_MS : Math.min(MAX_HOLD_MS, this.#holdMs * 2);
    }
    this.#until = now + this.#holdMs;
  }
}
