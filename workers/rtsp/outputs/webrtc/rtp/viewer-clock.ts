/**
 * RTP times of one viewer. While it catches up from a keyframe of the past, its
 * pictures get the times of their sending, so that they are shown as fast as
 * they are decoded; live pictures keep the camera's own intervals.
 */
import { VIDEO_CLOCK_HZ } from '#shared/media/packet.ts';
import type { LoggedFrame } from './rtp-log.ts';

/** Pictures sent within one moment still need times that differ: 0.1 ms. */
const MIN_STEP_TICKS = 9;
/** A camera's clock that is this far from ours has jumped: it is followed anew. */
const MAX_APART_TICKS = 5 * VIDEO_CLOCK_HZ;

/** Times in units of 90 kHz, 32 bits. */
export class ViewerClock {
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #first: number;
  #last: number;
  #lastAt: number;
  #frame: LoggedFrame | undefined;
  /** From the camera's time to the viewer's; undefined while it catches up. */
  #offset: number | undefined;
  #epoch = -1;

  /** @param first time of the first picture, arbitrary @param now milliseconds of a clock that never goes back */
  constructor(first: number, now: () => number) {
    this.#now = now;
    this.#startedAt = now();
    this.#first = first;
    this.#last = first - MIN_STEP_TICKS;
    this.#lastAt = this.#startedAt;
  }

  /** Time of a picture, the same for all of its packets. @param isLive it is sent as it comes */
  timeOf(frame: LoggedFrame, isLive: boolean): number {
    if (frame === this.#frame) return this.#last >>> 0;
    this.#frame = frame;
    const mapped = isLive ? this.#mapped(frame) : undefined;
    this.#last = Math.max(this.#last + MIN_STEP_TICKS, Math.round(mapped ?? this.#wallTicks()));
    this.#lastAt = this.#now();
    if (mapped === undefined) this.#offset = isLive ? this.#last - frame.ticks : undefined;
    this.#epoch = frame.epoch;
    return this.#last >>> 0;
  }

  /** RTP time of this moment, for sender reports. */
  get current(): number {
    return (this.#last + Math.round(((this.#now() - this.#lastAt) * VIDEO_CLOCK_HZ) / 1000)) >>> 0;
  }

  /** The camera's own time of a picture, where it can be followed. */
  #mapped(frame: LoggedFrame): number | undefined {
    if (this.#offset === undefined || frame.epoch !== this.#epoch) return undefined;
    const ticks = frame.ticks + this.#offset;
    return Math.abs(ticks - this.#wallTicks()) > MAX_APART_TICKS ? undefined : ticks;
  }

  #wallTicks(): number {
    return this.#first + Math.round(((this.#now() - this.#startedAt) * VIDEO_CLOCK_HZ) / 1000);
  }
}
