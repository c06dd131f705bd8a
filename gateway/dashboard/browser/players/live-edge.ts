/** Keeps a live video close to its newest picture: it jumps from far behind, and plays faster from a little behind. */

/** Where a video is, seconds of media time. */
export interface LivePosition {
  /** Beginning and end of the newest range that is buffered. */
  start: number;
  end: number;
  at: number;
}

/** What the video should do. */
export interface LiveStep {
  /** Undefined where it goes on from where it is. */
  jumpTo: number | undefined;
  /** Of playback; 1 is the usual one. */
  rate: number;
}

/** Distance to the newest picture after a jump, seconds. */
const BEHIND_S = 0.3;
/** Further behind it jumps, seconds: a tab was in the background, or the network stood still. */
const TOO_FAR_S = 1.5;
/** In the beginning pictures since the last keyframe come together, and no viewer misses one. */
const BEGINNING_MS = 1500;
const TOO_FAR_IN_BEGINNING_S = 0.5;
/** Pitch and motion do not show this difference. */
const FASTER = 1.1;
/** It plays faster while more than this is never needed, until so little is, seconds. */
const SPARE_S = { most: 0.4, least: 0.2 } as const;
/** How long the least is looked for, milliseconds: some networks bring media in bursts. */
const LOOK_MS = 2000;

/** Follows one video from its first media on. */
export class LiveEdge {
  readonly #now: () => number;
  readonly #begunAt: number;
  #lastEnd: number | undefined;
  #look: { since: number; spare: number };
  #rate = 1;

  /** @param now monotonic clock, milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#begunAt = now();
    this.#look = this.#newLook();
  }

  /** Takes the position each time media was added. */
  follow({ start, end, at }: LivePosition): LiveStep {
    const isBeginning = this.#now() - this.#begunAt < BEGINNING_MS;
    const isTooFar = end - at > (isBeginning ? TOO_FAR_IN_BEGINNING_S : TOO_FAR_S);
    const lastEnd = this.#lastEnd;
    this.#lastEnd = end;
    if (isTooFar || at < start) {
      this.#look = this.#newLook();
      this.#rate = 1;
      return { jumpTo: Math.max(start, end - BEHIND_S), rate: 1 };
    }
    if (lastEnd !== undefined) this.#consider(Math.max(0, lastEnd - at));
    return { jumpTo: undefined, rate: this.#rate };
  }

  /** @param spareS what was left to play when more came */
  #consider(spareS: number): void {
    this.#look.spare = Math.min(this.#look.spare, spareS);
    // Slower immediately: what is not there cannot be played.
    if (this.#look.spare < SPARE_S.least) this.#rate = 1;
    if (this.#now() - this.#look.since < LOOK_MS) return;
    if (this.#look.spare > SPARE_S.most) this.#rate = FASTER;
    this.#look = this.#newLook();
  }

  #newLook(): { since: number; spare: number } {
    return { since: this.#now(), spare: Number.POSITIVE_INFINITY };
  }
}
