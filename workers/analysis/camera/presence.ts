/**
 * Whether something is there, with hysteresis: it takes several sightings to
 * begin and a while without any to end, so that flicker makes no events.
 */

/** How sure is sure. */
export interface PresenceLimits {
  /** Sightings in a row that begin it. */
  sightings: number;
  /** It ends this long after the last sighting, milliseconds. */
  holdMs: number;
  /** Sightings further apart than this are not in a row, milliseconds. */
  withinMs: number;
}

/** What a look changed. */
export type PresenceChange = 'begins' | 'goes on' | 'ends' | undefined;

/** One kind of thing before one camera. Times are Unix milliseconds of capture. */
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

  /** Of the first sighting in the row that began it. */
  get firstAt(): number {
    return this.#firstAt;
  }

  /** Of the last sighting. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Takes one look. */
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
