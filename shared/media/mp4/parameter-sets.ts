/** The parameter sets of one session, announced or in the stream, and which NAL units are not part of samples. */

import { splitNals } from '../annex-b.ts';
import type { VideoTrack } from '../packet.ts';

/** Codecs that MP4 carries here. */
export type Mp4Codec = 'h264' | 'hevc';

/** NAL unit types (ITU-T H.264 table 7-1, H.265 table 7-1). */
const KINDS = {
  h264: { sets: [7, 8], dropped: [9, 12, 13] },
  hevc: { sets: [32, 33, 34], dropped: [35, 38] },
} as const;

function typeOf(codec: Mp4Codec, nal: Buffer): number {
  const first = nal[0] as number;
  return codec === 'h264' ? first & 0x1f : (first >> 1) & 0x3f;
}

/** The newest parameter sets; a keyframe that brings its own replaces those of before, kind by kind. */
export class ParameterSets {
  readonly codec: Mp4Codec;
  /** NAL units by type, in the order of {@link KINDS}. */
  #byType: Map<number, Buffer[]>;

  constructor(codec: Mp4Codec, track: Pick<VideoTrack, 'parameterSets'>) {
    this.codec = codec;
    this.#byType = new Map(KINDS[codec].sets.map((type) => [type, []]));
    this.take(splitNals(track.parameterSets));
  }

  /** Takes the sets among the NAL units of a keyframe. @returns whether they differ from those of before */
  take(nals: readonly Buffer[]): boolean {
    let hasChanged = false;
    for (const [type, before] of this.#byType) {
      const given = distinct(nals.filter((nal) => typeOf(this.codec, nal) === type));
      if (given.length === 0 || isSame(given, before)) continue;
      // Views would keep the whole access unit in memory.
      this.#byType.set(
        type,
        given.map((nal) => Buffer.from(nal)),
      );
      hasChanged = true;
    }
    return hasChanged;
  }

  /** Whether there is one of each kind, so that a decoder can be set up. */
  get isComplete(): boolean {
    return [...this.#byType.values()].every((nals) => nals.length > 0);
  }

  /** NAL unit types with their NAL units, VPS (H.265) and SPS before PPS. */
  get all(): ReadonlyMap<number, readonly Buffer[]> {
    return this.#byType;
  }

  /** The NAL units that belong into a sample: parameter sets are in the sample entry, delimiters and filler nowhere. */
  sampleNals(nals: readonly Buffer[]): Buffer[] {
    const { sets, dropped } = KINDS[this.codec];
    const left: readonly number[] = [...sets, ...dropped];
    return nals.filter((nal) => !left.includes(typeOf(this.codec, nal)));
  }
}

function distinct(nals: readonly Buffer[]): Buffer[] {
  return nals.filter((nal, index) => nals.findIndex((other) => other.equals(nal)) === index);
}

function isSame(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  return a.length === b.length && a.every((nal, index) => nal.equals(b[index] as Buffer));
}
