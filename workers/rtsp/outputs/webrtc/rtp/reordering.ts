/** Finds pictures that are sent in another order than shown: WebRTC has no way to carry them. */
import type { CarriedCodec } from './packetizer.ts';

const TYPE_MASK = 0x1f;
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
  readonly #codec: CarriedCodec;
  #newestMs = Number.NEGATIVE_INFINITY;
  #isReordered = false;

  constructor(codec: CarriedCodec) {
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
  const slice = nals.find((nal) => ((nal[0] ?? 0) & TYPE_MASK) === NON_IDR_SLICE);
  if (slice === undefined) return false;
  const bits = new ExpGolomb(slice.subarray(1, 1 + SLICE_HEADER_BYTES));
  bits.next();
  return B_SLICES.includes(bits.next());
}

/** Reads unsigned Exp-Golomb numbers (ITU-T H.264 section 9.1). */
class ExpGolomb {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  next(): number {
    let zeros = 0;
    while (this.#position < this.#bytes.length * 8 && this.#bit() === 0) zeros += 1;
    let value = 1;
    for (let index = 0; index < zeros; index += 1) value = value * 2 + this.#bit();
    return value - 1;
  }

  #bit(): number {
    const byte = this.#bytes[this.#position >> 3] ?? 0;
    const bit = (byte >> (7 - (this.#position & 7))) & 1;
    this.#position += 1;
    return bit;
  }
}
