/**
 * In which quality one camera is decoded. Without FFmpeg's loop filter decoding
 * costs a quarter less, and pictures are a little off; so are all that refer to
 * them, until a keyframe with the filter. That suits analysis, and viewers of a
 * machine that is overloaded and would drop pictures otherwise.
 */
import type { Demand } from './demand.ts';

/** Snapshots at least this often keep the full quality: going back to the keyframe for each costs more. */
const FULL_AFTER_SNAPSHOT_MS = 1200;
/** Decoding that is behind for this long does not catch up by itself: this is no burst of a bad network. */
const OVERLOADED_AFTER_MS = 500;
/** The first overload holds this long, and each that follows too early twice as long. */
const FIRST_HOLD_MS = 10_000;
const MAX_HOLD_MS = 300_000;
/** Full quality that lasted this long was no mistake. */
const PROVEN_MS = 30_000;

export interface DecodeQualityOptions {
  /** No packet refers to another (MJPEG): packets are left out instead of degraded. */
  isIntraOnly?: boolean;
  /** How long decoding must be behind to count as overloaded, milliseconds. */
  overloadedAfterMs?: number;
}

/** Decides packet by packet. Times are milliseconds of a monotonic clock. */
export class DecodeQuality {
  readonly #isIntraOnly: boolean;
  readonly #overloadedAfterMs: number;
  #demand: Demand = 'none';
  #fullUntil = Number.NEGATIVE_INFINITY;
  /** The pictures that the next one refers to were decoded without the filter. */
  #isReferenceDegraded = false;
  #overloadedSince: number | undefined;
  #hasCaughtUp = false;
  #lateSince: number | undefined;
  #overloadUntil = Number.NEGATIVE_INFINITY;
  #holdMs = FIRST_HOLD_MS;

  constructor({ isIntraOnly = false, overloadedAfterMs = OVERLOADED_AFTER_MS }: DecodeQualityOptions = {}) {
    this.#isIntraOnly = isIntraOnly;
    this.#overloadedAfterMs = overloadedAfterMs;
  }

  /** Viewers now get degraded pictures too. */
  get isOverloaded(): boolean {
    return this.#overloadedSince !== undefined;
  }

  /** Since when, Unix milliseconds. */
  get overloadedSince(): number | undefined {
    return this.#overloadedSince;
  }

  /** Says what viewers want from now on. */
  setDemand(demand: Demand): void {
    if (demand !== 'all') this.#overloadedSince = undefined;
    if (demand === this.#demand) return;
    this.#demand = demand;
    // A new viewer starts with a group to catch up with, which is no overload.
    this.#hasCaughtUp = false;
    this.#lateSince = undefined;
  }

  /** Asks for one picture in full quality. */
  requestFull(now: number): void {
    this.#fullUntil = now + FULL_AFTER_SNAPSHOT_MS;
  }

  /** Whether full quality is wanted and needs the decoder to go back to a keyframe. */
  needsKeyframe(now: number): boolean {
    return this.#isReferenceDegraded && !this.#skipsLoopFilter(now);
  }

  /** A packet is about to be decoded. @returns whether to skip the loop filter */
  begin(isKeyframe: boolean, now: number): boolean {
    // Overload lasts to the end of a group: going back to its keyframe would cost more.
    const isOverloaded = this.#holdsOverload(now) || (this.isOverloaded && !isKeyframe);
    this.#overloadedSince = isOverloaded ? (this.#overloadedSince ?? Date.now()) : undefined;
    const skipLoopFilter = this.#skipsLoopFilter(now);
    this.#isReferenceDegraded = skipLoopFilter || (this.#isReferenceDegraded && !isKeyframe);
    return skipLoopFilter;
  }

  /** A picture was decoded. @param isLate more newer packets wait than is normal */
  onDecoded(isLate: boolean, now: number): void {
    if (!this.#canDegrade) return;
    if (!isLate) {
      this.#hasCaughtUp = true;
      this.#lateSince = undefined;
    } else if (this.#hasCaughtUp) {
      this.#lateSince ??= now;
      if (now - this.#lateSince >= this.#overloadedAfterMs) this.#holdOverload(now);
    }
  }

  /**
   * Packets were left out, since a newer keyframe came before their turn.
   * @param busyMs how long the decoder has not paused: where it is short, they came in a burst
   */
  onGap(busyMs: number, now: number): void {
    if (this.#canDegrade && this.#hasCaughtUp && busyMs >= this.#overloadedAfterMs) this.#holdOverload(now);
  }

  get #canDegrade(): boolean {
    return this.#demand === 'all' && !this.#isIntraOnly;
  }

  #skipsLoopFilter(now: number): boolean {
    return this.isOverloaded || (this.#demand === 'analysis' && now >= this.#fullUntil);
  }

  #holdsOverload(now: number): boolean {
    return this.#canDegrade && now < this.#overloadUntil;
  }

  #holdOverload(now: number): void {
    if (now >= this.#overloadUntil) {
      const hasLasted = now - this.#overloadUntil >= PROVEN_MS;
      this.#holdMs = hasLasted ? FIRST_HOLD_MS : Math.min(MAX_HOLD_MS, this.#holdMs * 2);
    }
    this.#overloadUntil = now + this.#holdMs;
  }
}
