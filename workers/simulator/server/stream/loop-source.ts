/** Replays encoded pictures for ever, in real time. */
import { parameterSetsOf } from '../rtp/nal-units.ts';
import type { AudioLoop } from './audio-source.ts';
import { FrameClock } from './frame-clock.ts';
import type { AccessUnit, StreamCodec, StreamSource } from './stream-source.ts';

/** A picture without its place in time. */
export type EncodedUnit = Pick<AccessUnit, 'data' | 'keyframe'>;

/** RTP clock rate of all video codecs served here (RFC 6184, 7798 and 2435). */
const CLOCK_RATE = 90_000;

/** What is replayed. */
export interface LoopSourceOptions {
  codec: StreamCodec;
  /**
   * The pictures, beginning with a keyframe; there must be at least one. The
   * array may still grow to `length`: playing waits at its end.
   */
  units: readonly EncodedUnit[];
  /** Pictures of a whole round; default: as many as there are now. */
  length?: number;
  framesPerSecond: number;
  /** Shared by streams of the same rate; default: a clock of its own. */
  clock?: FrameClock;
  /** Sound beside the pictures. */
  audio?: AudioLoop;
}

/** A stream that starts over at its end while its timestamps go on. */
export class LoopSource implements StreamSource {
  readonly codec: StreamCodec;
  readonly framesPerSecond: number;
  readonly parameterSets: readonly Buffer[];
  readonly audio: AudioLoop | undefined;
  #units: readonly EncodedUnit[];
  #length: number;
  readonly #clock: FrameClock;

  constructor({ codec, units, length = units.length, framesPerSecond, clock, audio }: LoopSourceOptions) {
    const first = units[0];
    if (first?.keyframe !== true) throw new RangeError('a loop begins with a keyframe');
    this.codec = codec;
    this.framesPerSecond = framesPerSecond;
    this.audio = audio;
    this.parameterSets = parameterSetsOf(codec, first.data);
    this.#units = units;
    this.#length = length;
    this.#clock = clock ?? new FrameClock(framesPerSecond);
  }

  /** Goes over to other pictures of the same codec and parameter sets, from their beginning. */
  replace(units: readonly EncodedUnit[], length: number): void {
    this.#units = units;
    this.#length = length;
  }

  subscribe(listener: (unit: AccessUnit) => void): () => void {
    let units = this.#units;
    let index = 0;
    return this.#clock.subscribe((tick) => {
      if (units !== this.#units) index = 0;
      units = this.#units;
      const unit = units[index];
      if (unit === undefined) return;
      index = (index + 1) % this.#length;
      listener({ ...unit, timestamp: Math.round((tick * CLOCK_RATE) / this.framesPerSecond) });
    });
  }
}
