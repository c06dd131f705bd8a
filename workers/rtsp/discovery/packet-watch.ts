/** Watches the packets of a stream, to tell its rate, its keyframes and its order. */
import { splitNals } from '#shared/media/annex-b.ts';
import type { VideoTrack } from '#shared/media/packet.ts';
import type { SequencedPacket } from '../packets/gop-cache.ts';
import { ReorderingWatch } from '../packets/reordering.ts';

/** What was seen of them. */
export interface PacketFacts {
  /** Undefined: too few packets came. */
  fps: number | undefined;
  keyframeIntervalMs: number | undefined;
  hasBFrames: boolean;
}

/** A session may begin with a burst of what the camera kept; the rate is measured after it. */
const BURST_MS = 400;
const RATE_MS = 1000;

/** Measures what arrives once the burst is over with which a session may begin. */
export class PacketWatch {
  /** Resolves when rate and keyframes are known. */
  readonly isKnown = Promise.withResolvers<void>();
  readonly #now: () => number;
  readonly #arrivals: number[] = [];
  readonly #times: number[] = [];
  /** Places of keyframes among the packets. */
  readonly #keyframes: number[] = [];
  #order: ReorderingWatch | undefined;
  #hasBFrames = false;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  onTrack({ codec, parameterSets }: VideoTrack): void {
    this.#order = codec === 'mjpeg' ? undefined : new ReorderingWatch(codec, parameterSets);
  }

  onRemoved(): void {}
  onFailure(): void {}

  onPacket({ data, mediaTimeMs, keyframe }: SequencedPacket): void {
    const now = this.#now();
    this.#hasBFrames ||= this.#order?.add({ nals: splitNals(data), keyframe, mediaTimeMs }) === true;
    if (keyframe) this.#keyframes.push(this.#arrivals.length);
    this.#arrivals.push(now);
    this.#times.push(mediaTimeMs);
    const isLongEnough = now - (this.#arrivals[0] as number) > BURST_MS + RATE_MS;
    if (isLongEnough && this.#keyframes.length >= 2) this.isKnown.resolve();
  }

  facts(): PacketFacts {
    const fps = this.#rate();
    const [first = 0, second] = this.#keyframes;
    const isMeasured = fps !== undefined && second !== undefined;
    return {
      fps: fps && Math.round(fps * 10) / 10,
      keyframeIntervalMs: isMeasured ? Math.round(((second - first) * 1000) / fps) : undefined,
      hasBFrames: this.#hasBFrames,
    };
  }

  /** By media time: arrivals would take what a network holds back for a slower camera. */
  #rate(): number | undefined {
    const [begin = 0] = this.#arrivals;
    const steady = this.#times.filter((_, index) => (this.#arrivals[index] as number) > begin + BURST_MS);
    const spanMs = Math.max(...steady) - Math.min(...steady);
    return spanMs > 0 ? ((steady.length - 1) * 1000) / spanMs : undefined;
  }
}
