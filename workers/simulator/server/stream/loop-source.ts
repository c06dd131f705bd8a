/** Replays encoded pictures in a loop, in real time. */
import { joinNals, splitNals } from '#shared/media/annex-b.ts';
import { type NalVideoCodec, parameterSetsOf } from '#shared/media/nal.ts';
import { type AccessUnit, VIDEO_CLOCK_HZ, type VideoCodec } from '#shared/media/packet.ts';
import type { AudioLoop } from './audio-source.ts';
import { FrameClock } from './frame-clock.ts';
import type { StreamSource } from './stream-source.ts';

/** A picture without its place in time. */
export type EncodedUnit = Pick<AccessUnit, 'data' | 'keyframe'>;

export interface LoopSourceOptions {
  codec: VideoCodec;
  /**
   * The pictures, beginning with a keyframe; there must be at least one. The
   * array may still grow to `length`: playing waits at its end.
   */
  units: readonly EncodedUnit[];
  /** Pictures of a whole loop; default: as many as there are now. */
  length?: number;
  framesPerSecond: number;
  /** Shared by streams of the same rate; default: a clock of its own. */
  clock?: FrameClock;
  /** Sound beside the pictures. */
  audio?: AudioLoop;
}

/** A stream that starts over at its end while its timestamps go on. */
export class LoopSource implements StreamSource {
  readonly codec: VideoCodec;
  readonly announcedFps: number;
  readonly parameterSets: Buffer;
  readonly audio?: AudioLoop;
  #units: readonly EncodedUnit[];
  #length: number;
  readonly #clock: FrameClock;

  constructor({ codec, units, length = units.length, framesPerSecond, clock, audio }: LoopSourceOptions) {
    const first = units[0];
    if (first?.keyframe !== true) throw new RangeError('a loop begins with a keyframe');
    this.codec = codec;
    this.announcedFps = framesPerSecond;
    if (audio !== undefined) this.audio = audio;
    this.parameterSets = codec === 'mjpeg' ? Buffer.alloc(0) : setsOf(codec, first.data);
    this.#units = units;
    this.#length = length;
    this.#clock = clock ?? new FrameClock(framesPerSecond);
  }

  /** Replays other pictures of the same codec and parameter sets, from their beginning. */
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
      listener({ ...unit, timestamp: Math.round((tick * VIDEO_CLOCK_HZ) / this.announcedFps) });
    });
  }
}

function setsOf(codec: NalVideoCodec, unit: Buffer): Buffer {
  return joinNals(parameterSetsOf(codec, splitNals(unit)));
}
