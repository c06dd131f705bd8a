/**
 * Gives the pictures of a live camera times that players take: decoding times
 * without gaps that always grow, with any camera clock.
 *
 * The time to the next picture is not known when a picture is sent, and waiting
 * for it would cost one frame interval of latency: each picture lasts as long as
 * the one before it did. When a camera pauses or its clock jumps, the timeline
 * goes on at the usual rate, so that players stay close to what is live.
 *
 * RTP times are times of showing. With B-frames they step back; decoding times
 * are then those of showing in order, late by the depth of the reordering.
 */
import { TIMESCALE } from '#shared/media/mp4/init-segment.ts';

/** A picture's place in time, in units of the timescale. */
export interface SampleTimes {
  decodeTime: number;
  duration: number;
  /** From decoding to showing; 0 without B-frames. */
  compositionOffset: number;
}

const TICKS_PER_MS = TIMESCALE / 1000;
/** Until two pictures have come. */
const DEFAULT_FPS = 25;
/** No pause shorter than this is a gap, and none longer than three usual intervals is not. */
const MIN_GAP_MS = 500;
const GAP_INTERVALS = 3;
/** The longest and shortest interval that a camera is believed to have. */
const MAX_INTERVAL_MS = 10_000;
const MIN_INTERVAL_MS = 4;
/** Pictures that follow closer than this share of the usual interval came in a burst. */
const LEAST_SHARE = 1 / 4;
/** Share of a duration by which it is changed to keep pace with media time. */
const PULL = 0.04;
/** So many odd intervals in a row do not change the rate yet. */
const MAX_ODD_IN_ROW = 2;
/** Weight of a new interval in the usual one. */
const SMOOTHING = 1 / 4;
/** H.264 allows 16 pictures in the buffer; more reordering than this is a clock that jumps about. */
const MAX_REORDER_DEPTH = 4;

/** The timeline of one camera, over all its sessions. */
export class SampleTimeline {
  #intervalMs = 1000 / DEFAULT_FPS;
  #isIntervalKnown = false;
  #reorderDepth = 0;
  /** Times of showing not yet used for decoding, in order, milliseconds. */
  #waiting: number[] = [];
  /** The first pictures of a session come before any that is old enough to be decoded by its time. */
  #isFilling = true;
  #lastOrderedMs: number | undefined;
  #nextDecodeTime = 0;
  /** Durations given beyond the media time that has passed, milliseconds; pauses do not count. */
  #aheadMs = 0;
  #oddInRow = 0;

  /** Begins a session, whose clock has nothing to do with that of the one before. */
  restart({ announcedFps }: { announcedFps: number | undefined }): void {
    if (!this.#isIntervalKnown) this.#intervalMs = believable(1000 / (announcedFps ?? DEFAULT_FPS));
    this.#reorderDepth = 0;
    this.#waiting = [];
    this.#isFilling = true;
    this.#lastOrderedMs = undefined;
  }

  /** Tells what the stream says of its reordering; without this it is found out from the times. */
  setReorderDepth(depth: number | undefined): void {
    this.#reorderDepth = Math.min(MAX_REORDER_DEPTH, Math.max(this.#reorderDepth, depth ?? 0));
  }

  /** The times of the next picture in decoding order. @param shownMs its media time, milliseconds */
  next(shownMs: number): SampleTimes {
    const orderedMs = this.#reorder(shownMs);
    const durationMs = this.#durationTo(orderedMs);
    this.#lastOrderedMs = orderedMs;
    const duration = Math.max(1, Math.round(durationMs * TICKS_PER_MS));
    const decodeTime = this.#nextDecodeTime;
    this.#nextDecodeTime += duration;
    const offsetMs = this.#reorderDepth === 0 ? 0 : believableOffset(shownMs - orderedMs + durationMs);
    return { decodeTime, duration, compositionOffset: Math.round(offsetMs * TICKS_PER_MS) };
  }

  /** The time of showing that comes as many places late in order as pictures are reordered. */
  #reorder(shownMs: number): number {
    const last = this.#lastOrderedMs;
    const stepsBack = last !== undefined && shownMs < last && last - shownMs < MIN_GAP_MS;
    if (stepsBack) {
      this.#reorderDepth = Math.min(MAX_REORDER_DEPTH, this.#reorderDepth + 1);
      this.#isFilling = false;
    }
    if (this.#reorderDepth === 0) return shownMs;
    this.#waiting.push(shownMs);
    this.#waiting.sort((a, b) => a - b);
    if (this.#waiting.length > this.#reorderDepth) {
      this.#isFilling = false;
      return this.#waiting.shift() as number;
    }
    if (last === undefined) return shownMs - this.#reorderDepth * this.#intervalMs;
    return this.#isFilling ? last + this.#intervalMs : last;
  }

  #durationTo(orderedMs: number): number {
    if (this.#lastOrderedMs === undefined) return this.#intervalMs;
    const elapsedMs = orderedMs - this.#lastOrderedMs;
    const isOdd = this.#isOdd(elapsedMs);
    this.#oddInRow = isOdd ? this.#oddInRow + 1 : 0;
    // One odd interval says nothing of the rate; several in a row are the rate.
    if (isOdd && this.#oddInRow > MAX_ODD_IN_ROW) this.#intervalMs = believable(elapsedMs);
    const isPause = elapsedMs > this.#intervalMs && isOdd;
    const durationMs = isOdd ? this.#intervalMs : elapsedMs;
    if (!isOdd) this.#learn(Math.min(elapsedMs, MAX_INTERVAL_MS));
    return isPause ? durationMs : this.#keepPace(durationMs, elapsedMs);
  }

  /** Whether an interval is a pause, a burst or a step back, not one of the camera's rate. */
  #isOdd(elapsedMs: number): boolean {
    if (!this.#isIntervalKnown) return elapsedMs < MIN_INTERVAL_MS || elapsedMs > MAX_INTERVAL_MS;
    const usualMs = this.#intervalMs;
    return elapsedMs <= LEAST_SHARE * usualMs || elapsedMs > Math.max(MIN_GAP_MS, GAP_INTERVALS * usualMs);
  }

  /** Draws the timeline towards media time where the two have come apart, too slowly to be seen. */
  #keepPace(durationMs: number, elapsedMs: number): number {
    // The times of reordered pictures may legitimately stand still for a moment.
    if (this.#reorderDepth > 0) return durationMs;
    const limitMs = PULL * durationMs;
    const pullMs = Math.max(-limitMs, Math.min(limitMs, this.#aheadMs));
    const paced = durationMs - pullMs;
    this.#aheadMs += paced - elapsedMs;
    return paced;
  }

  #learn(elapsedMs: number): void {
    const weight = this.#isIntervalKnown ? SMOOTHING : 1;
    this.#intervalMs += (elapsedMs - this.#intervalMs) * weight;
    this.#isIntervalKnown = true;
  }
}

function believable(intervalMs: number): number {
  return Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, intervalMs));
}

/** A picture is shown soon after it is decoded, however far its clock has jumped. */
function believableOffset(offsetMs: number): number {
  return Math.min(MAX_INTERVAL_MS, Math.max(0, offsetMs));
}
