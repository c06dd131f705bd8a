/**
 * How exactly one decoder works. For analysis alone, or where there is no time, it may be rough, which is cheaper; a
 * rough picture spoils all that refer to it, so that exact ones are had from a keyframe on only.
 */

/** Snapshots that come at least so often keep the decoder exact: going back to the keyframe for each costs more. */
const EXACT_AFTER_SNAPSHOT_MS = 1200;

/** What is wanted of a decoder, and what became of its pictures. */
export class Exactness {
  #isRoughDemand = false;
  #exactUntil = Number.NEGATIVE_INFINITY;
  #isSpoilt = false;
  #isHasty = false;

  /** Whether those who watch are content with rough pictures. */
  set isRoughDemand(isRough: boolean) {
    this.#isRoughDemand = isRough;
  }

  /** Whether there is no time for exact pictures: then viewers get rough ones, too. */
  get isHasty(): boolean {
    return this.#isHasty;
  }

  /** Somebody wants one exact picture. @param now milliseconds of a clock that never goes back */
  askOnce(now: number): void {
    this.#exactUntil = now + EXACT_AFTER_SNAPSHOT_MS;
  }

  /** Whether the next picture may be rough. */
  isRough(now: number): boolean {
    return this.#isHasty || (this.#isRoughDemand && now >= this.#exactUntil);
  }

  /** Whether exact pictures are wanted and the decoder must go back to a keyframe for them. */
  mustRestart(now: number): boolean {
    return this.#isSpoilt && !this.isRough(now);
  }

  /** Says before a packet is decoded whether there is time. Haste lasts to the end of a group: going back takes more. */
  setHaste(isHasty: boolean, isKeyframe: boolean): void {
    this.#isHasty = isHasty || (this.#isHasty && !isKeyframe);
  }

  /** Nobody watches any more, so there is time for what is asked next. */
  endHaste(): void {
    this.#isHasty = false;
  }

  /** A packet is about to be decoded. */
  begin(isKeyframe: boolean, isRough: boolean): void {
    this.#isSpoilt = isRough || (this.#isSpoilt && !isKeyframe);
  }
}
