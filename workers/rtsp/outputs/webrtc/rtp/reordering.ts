/** Finds pictures that are sent in another order than shown: WebRTC has no way to carry them. */
import { BitReader } from '#shared/media/bit-reader.ts';
import { type NalVideoCodec, nalTypeOf } from '#shared/media/nal.ts';

/** Slices that are no keyframe's (ITU-T H.264 table 7-1). */
const NON_IDR_SLICE = 1;
/** Values of `slice_type` that mean B (ITU-T H.264 table 7-6). */
const B_SLICES = [1, 6];
/** Enough for two Exp-Golomb numbers. */
const SLICE_HEADER_BYTES = 12;

/** What is looked at of an access unit. */
export interface WatchedUnit {
  /** Without start codes. */
  nals: readonly Buffer[];
  keyframe: boolean;
  mediaTimeMs: number;
}

/** Watches one session with a camera. */
export class ReorderingWatch {
  readonly #codec: NalVideoCodec;
  #newestMs = Number.NEGATIVE_INFINITY;
  #isReordered = false;

  constructor(codec: NalVideoCodec) {
    this.#codec = codec;
  }

  /** Takes the next packet. @returns whether pictures were found out of order, now or before */
  add({ nals, keyframe, mediaTimeMs }: WatchedUnit): boolean {
    // RTP times are those of showing (RFC 6184 section 5.1): in the order of decoding they go back.
    if (mediaTimeMs < this.#newestMs) this.#isReordered = true;
    this.#newestMs = Math.max(this.#newestMs, mediaTimeMs);
    // H.265 uses B slices without reordering too, H.264 encoders do not.
    if (!this.#isReordered && !keyframe && this.#codec === 'h264') this.#isReordered = hasBSlice(nals);
    return this.#isReordered;
  }
}

function hasBSlice(nals: readonly Buffer[]): boolean {
  const slice = nals.find((nal) => nalTypeOf('h264', nal) === NON_IDR_SLICE);
  if (slice === undefined) return false;
  try {
    const bits = new BitReader(slice.subarray(1, 1 + SLICE_HEADER_BYTES));
    bits.unsigned();
    return B_SLICES.includes(bits.unsigned());
  } catch {
    return false;
  }
}
