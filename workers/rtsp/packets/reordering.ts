/** Finds pictures that are sent in another order than shown: WebRTC has no way to carry them. */
import { splitNals } from '#shared/media/annex-b.ts';
import { parseH264Sps } from '#shared/media/mp4/h264-sps.ts';
import { parseH265Sps } from '#shared/media/mp4/h265-sps.ts';
import { type NalVideoCodec, nalTypeOf } from '#shared/media/nal.ts';
import { sliceTypeOf } from '#shared/media/nal-facts.ts';

/** Slices that are no keyframe's (ITU-T H.264 table 7-1). */
const NON_IDR_SLICE = 1;
/** Values of `slice_type` that mean B (ITU-T H.264 table 7-6). */
const B_SLICES: readonly (number | undefined)[] = [1, 6];

/** What is looked at of an access unit. */
export interface WatchedUnit {
  /** Without start codes. */
  nals: readonly Buffer[];
  keyframe: boolean;
  mediaTimeMs: number;
}

/** Types of the sequence parameter set. */
const SPS_TYPES: Record<NalVideoCodec, number> = { h264: 7, hevc: 33 };
/** Encoders with B-frames send one within so many pictures; H.265 shows them by their times alone. */
const PICTURES_TO_KNOW: Record<NalVideoCodec, number> = { h264: 4, hevc: 8 };
/** A clock that is set back steps once; pictures out of order do so in every group of a few. */
const STEPS_BACK = 2;
const STEPS_WITHIN = 16;

/** Watches one session with a camera. */
export class ReorderingWatch {
  readonly #codec: NalVideoCodec;
  #sps: Buffer | undefined;
  /** What the newest set says; undefined where it says nothing. */
  #depth: number | undefined;
  #pictures = 0;
  #previousMs = Number.NEGATIVE_INFINITY;
  /** Numbers of the newest pictures whose time was before that of the one sent before. */
  #stepsBack: number[] = [];
  #isReordered = false;

  /** @param parameterSets those announced, Annex B */
  constructor(codec: NalVideoCodec, parameterSets: Buffer = Buffer.alloc(0)) {
    this.#codec = codec;
    this.#takeSets(splitNals(parameterSets));
  }

  /** Whether the parameter sets or enough pictures have shown in which order pictures are sent. */
  get isKnown(): boolean {
    return this.#isReordered || this.#depth === 0 || this.#pictures >= PICTURES_TO_KNOW[this.#codec];
  }

  /** Pictures so far. */
  get pictures(): number {
    return this.#pictures;
  }

  /** Takes the next packet. @returns whether pictures were found out of order, now or before */
  add({ nals, keyframe, mediaTimeMs }: WatchedUnit): boolean {
    this.#pictures += 1;
    if (keyframe) this.#takeSets(nals);
    if (this.#isReordered) return true;
    // H.265 uses B slices without reordering too, H.264 encoders do not.
    this.#isReordered =
      this.#codec === 'h264' ? !keyframe && hasBSlice(nals) : this.#stepsBackOften(mediaTimeMs);
    return this.#isReordered;
  }

  /** RTP times are those of showing (RFC 7798 section 4.1): in the order of decoding they go back. */
  #stepsBackOften(mediaTimeMs: number): boolean {
    if (mediaTimeMs < this.#previousMs) this.#stepsBack.push(this.#pictures);
    this.#previousMs = mediaTimeMs;
    this.#stepsBack = this.#stepsBack.filter((number) => this.#pictures - number < STEPS_WITHIN);
    return this.#depth !== 0 && this.#stepsBack.length >= STEPS_BACK;
  }

  #takeSets(nals: readonly Buffer[]): void {
    const sps = nals.find((nal) => nalTypeOf(this.#codec, nal) === SPS_TYPES[this.#codec]);
    if (sps === undefined || this.#sps?.equals(sps) === true) return;
    this.#sps = Buffer.from(sps);
    this.#depth = reorderDepthOf(this.#codec, sps);
  }
}

function reorderDepthOf(codec: NalVideoCodec, sps: Buffer): number | undefined {
  try {
    return (codec === 'h264' ? parseH264Sps(sps) : parseH265Sps(sps)).reorderDepth;
  } catch {
    return undefined;
  }
}

function hasBSlice(nals: readonly Buffer[]): boolean {
  const slice = nals.find((nal) => nalTypeOf('h264', nal) === NON_IDR_SLICE);
  return slice !== undefined && B_SLICES.includes(sliceTypeOf(slice));
}
