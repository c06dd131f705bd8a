/** What is known of a stream from the packets that came: rate, intervals, age. */
import type { Packet } from '#shared/media/packet.ts';

/** `frameRate` is measured over this time, so that it falls to 0 with the stream. */
const WINDOW_MS = 3000;
/** Where the newest pictures come more slowly than all of the window, those before them were a burst. */
const NEWEST = 9;
/** A rate over less than this would be a guess. */
const LEAST_SPAN_MS = 50;
/** A newer interval counts this much against the average of those before. */
const SMOOTHING = 0.2;

/** Measures one camera. Intervals and ages use the monotonic clock, in milliseconds. */
export class StreamMeter {
  packets = 0;
  bytes = 0;
  /** Unix milliseconds. */
  lastPacketAt: number | undefined;
  keyframeIntervalMs: number | undefined;
  #arrivals: number[] = [];
  #lastArrival: number | undefined;
  #sessionStart: number | undefined;
  #intervalMs: number | undefined;
  #lastKeyframeMs: number | undefined;

  /** Counts a packet. */
  add(packet: Packet, now = performance.now()): void {
    const before = this.#lastArrival;
    if (before !== undefined) this.#intervalMs = smooth(this.#intervalMs, now - before);
    if (packet.keyframe) this.#addKeyframe(now);
    this.packets += 1;
    this.bytes += packet.data.length;
    this.lastPacketAt = packet.capturedAt;
    this.#lastArrival = now;
    this.#sessionStart ??= now;
    this.#arrivals.push(now);
    this.#trim(now);
  }

  /** Forgets what belonged to a session that ended; totals stay. */
  endSession(): void {
    this.#lastKeyframeMs = undefined;
    this.keyframeIntervalMs = undefined;
    this.#intervalMs = undefined;
    this.#sessionStart = undefined;
  }

  /** Mean time between packets, milliseconds; undefined before the second. */
  get intervalMs(): number | undefined {
    return this.#intervalMs;
  }

  /** Time since the last packet; infinite before the first. */
  ageMs(now = performance.now()): number {
    return this.#lastArrival === undefined ? Number.POSITIVE_INFINITY : now - this.#lastArrival;
  }

  /** Packets per second over the last three seconds; the burst that a session may begin with does not count. */
  frameRate(now = performance.now()): number {
    this.#trim(now);
    const last = this.#arrivals.at(-1);
    if (last === undefined) return 0;
    // While pictures flow the span between first and last is exact; once they stop the window empties.
    const isOngoing = now - last < WINDOW_MS / 2;
    if (!isOngoing || this.#arrivals.length === 1) return (this.#arrivals.length * 1000) / WINDOW_MS;
    const rate = this.#rateOf(this.#arrivals);
    const isYoung = now - (this.#sessionStart ?? now) < WINDOW_MS;
    return isYoung ? Math.min(rate, this.#rateOf(this.#arrivals.slice(-NEWEST))) : rate;
  }

  #rateOf(arrivals: readonly number[]): number {
    const span = (arrivals.at(-1) as number) - (arrivals[0] as number);
    return ((arrivals.length - 1) * 1000) / Math.max(LEAST_SPAN_MS, span);
  }

  #addKeyframe(now: number): void {
    if (this.#lastKeyframeMs !== undefined) this.keyframeIntervalMs = Math.max(1, now - this.#lastKeyframeMs);
    this.#lastKeyframeMs = now;
  }

  #trim(now: number): void {
    const stale = this.#arrivals.findIndex((arrival) => arrival > now - WINDOW_MS);
    if (stale !== 0) this.#arrivals.splice(0, stale < 0 ? this.#arrivals.length : stale);
  }
}

function smooth(average: number | undefined, value: number): number {
  return average === undefined ? value : average + SMOOTHING * (value - average);
}
