/** The parameter sets of one session, announced or in the stream, and which NAL units are not part of samples. */

import { splitNals } from '../annex-b.ts';
import { type NalVideoCodec, nalTypeOf, PARAMETER_SET_TYPES } from '../nal.ts';
import type { VideoTrack } from '../packet.ts';

/** Delimiters and filler, of H.264 the SPS extension too: samples hold them nowhere. */
const DROPPED: Record<NalVideoCodec, readonly number[]> = { h264: [9, 12, 13], hevc: [35, 38] };

/** As many as a decoder configuration can count (ISO/IEC 14496-15 section 5.3.3.1.2, fields of 5 and 8 bits). */
const MAX_SETS = 31;
/** Larger than the sets of any encoder; a decoder configuration has 16 bits for it. */
const MAX_SET_BYTES = 4096;

/** The newest parameter sets; a keyframe that brings its own replaces those of before, kind by kind. */
export class ParameterSets {
  readonly codec: NalVideoCodec;
  /** NAL units by type, in the order of {@link PARAMETER_SET_TYPES}. */
  #byType: Map<number, Buffer[]>;

  constructor(codec: NalVideoCodec, track: Pick<VideoTrack, 'parameterSets'>) {
    this.codec = codec;
    this.#byType = new Map(PARAMETER_SET_TYPES[codec].map((type) => [type, []]));
    this.take(splitNals(track.parameterSets));
  }

  /** Takes the sets among the NAL units of a keyframe. @returns whether they differ from those of before */
  take(nals: readonly Buffer[]): boolean {
    let hasChanged = false;
    for (const [type, before] of this.#byType) {
      const given = distinct(nals.filter((nal) => nalTypeOf(this.codec, nal) === type));
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
    const left = [...PARAMETER_SET_TYPES[this.codec], ...DROPPED[this.codec]];
    return nals.filter((nal) => !left.includes(nalTypeOf(this.codec, nal)));
  }
}

/** Each of them once, in order; no more and no larger ones than a decoder configuration takes. */
function distinct(nals: readonly Buffer[]): Buffer[] {
  const known = new Map<string, Buffer>();
  for (const nal of nals) {
    if (nal.length <= MAX_SET_BYTES) known.set(nal.toString('latin1'), nal);
    if (known.size === MAX_SETS) break;
  }
  return [...known.values()];
}

function isSame(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  return a.length === b.length && a.every((nal, index) => nal.equals(b[index] as Buffer));
}
