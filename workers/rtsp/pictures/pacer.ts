/** Thins a stream of pictures out to a rate, by media time, without drifting. */

/** Pictures come at uneven times; one this share of an interval early still counts. */
const TOLERANCE = 0.3;
/** The next picture is never due later than this many intervals after the last; else the clock was set back. */
const MAX_WAIT_INTERVALS = 2;

/** Decides picture by picture. */
export class Pacer {
  #intervalMs: number;
  #nextMs = Number.NEGATIVE_INFINITY;

  constructor(fps: number) {
    this.#intervalMs = 1000 / fps;
  }

  /** Changes the rate from the next picture on. */
  set fps(fps: number) {
    const intervalMs = 1000 / fps;
    this.#nextMs = Math.min(this.#nextMs, this.#nextMs - this.#intervalMs + intervalMs);
    this.#intervalMs = intervalMs;
  }

  /** Whether the picture of this media time is wanted. */
  isDue(mediaTimeMs: number): boolean {
    return this.#isSetBack(mediaTimeMs) || mediaTimeMs >= this.#nextMs - this.#intervalMs * TOLERANCE;
  }

  /** Whether the picture of this media time is wanted; a yes counts it as taken. */
  take(mediaTimeMs: number): boolean {
    if (!this.isDue(mediaTimeMs)) return false;
    // After a pause the rate starts from now: no burst makes up for what was missed.
    const isLate = this.#isSetBack(mediaTimeMs) || mediaTimeMs - this.#nextMs > this.#intervalMs;
    this.#nextMs = (isLate ? mediaTimeMs : this.#nextMs) + this.#intervalMs;
    return true;
  }

  #isSetBack(mediaTimeMs: number): boolean {
    return this.#nextMs - mediaTimeMs > MAX_WAIT_INTERVALS * this.#intervalMs;
  }
}
