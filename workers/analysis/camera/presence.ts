/**
 * Presence with hysteresis: several sightings begin it, a while without any ends
 * it, so that flicker makes no events.
 */

/** Thresholds. */
export interface PresenceLimits {
  /** Consecutive sightings that begin it. */
  sightings: number;
  /** Time from the last sighting to the end, milliseconds. */
  holdMs: number;
  /** Sightings further apart than this are not consecutive, milliseconds. */
  withinMs: number;
}

/** Effect of one picture. */
export type PresenceChange = 'begins' | 'goes on' | 'ends' | undefined;

/** One kind of object at one camera. Times are Unix milliseconds of capture. */
export class Presence {
  readonly #limits: PresenceLimits;
  #sightings = 0;
  #firstAt = 0;
  #lastAt = 0;
  #isThere = false;

  constructor(limits: PresenceLimits) {
    this.#limits = limits;
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  /** First of the sightings that began it. */
  get firstAt(): number {
    return this.#firstAt;
  }

  /** Last sighting. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Handles one picture. */
  look(isSeen: boolean, at: number): PresenceChange {
    if (isSeen) return this.#see(at);
    if (!this.#isThere) return undefined;
    if (at - this.#lastAt < this.#limits.holdMs) return undefined;
    this.#isThere = false;
    this.#sightings = 0;
    return 'ends';
  }

  #see(at: number): PresenceChange {
    if (this.#isThere) {
      this.#lastAt = at;
      return 'goes on';
    }
    const isInRow = this.#sightings > 0 && at - this.#lastAt <= this.#limits.withinMs;
    if (!isInRow) this.#firstAt = at;
    this.#sightings = isInRow ? this.#sightings + 1 : 1;
    this.#lastAt = at;
    if (this.#sightings < this.#limits.sightings) return undefined;
    this.#isThere = true;
    return 'begins';
  }
}
