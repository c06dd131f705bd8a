/** Writes parameter sets and slices of H.264 with any values, also with those that no encoder writes. */

/** Bits, most significant first. */
export class BitWriter {
  readonly #bits: number[] = [];

  /** A number of `count` bits. */
  bits(count: number, value: number): this {
    for (let bit = count - 1; bit >= 0; bit -= 1) this.#bits.push(Math.floor(value / 2 ** bit) % 2);
    return this;
  }

  /** Exp-Golomb code, `ue(v)` (ITU-T H.264 section 9.1). */
  unsigned(value: number): this {
    const length = Math.floor(Math.log2(value + 1));
    return this.bits(length, 0).bits(length + 1, value + 1);
  }

  /** Exp-Golomb code, `se(v)`. */
  signed(value: number): this {
    return this.unsigned(value > 0 ? 2 * value - 1 : -2 * value);
  }

  /** The bytes with the stop bit and emulation prevention (sections 7.3.2.11 and 7.3.1). */
  toBytes(): Buffer {
    this.#bits.push(1);
    while (this.#bits.length % 8 !== 0) this.#bits.push(0);
    const bytes: number[] = [];
    let zeros = 0;
    for (let at = 0; at < this.#bits.length; at += 8) {
      const byte = Number.parseInt(this.#bits.slice(at, at + 8).join(''), 2);
      if (zeros >= 2 && byte <= 3) {
        bytes.push(3);
        zeros = 0;
      }
      bytes.push(byte);
      zeros = byte === 0 ? zeros + 1 : 0;
    }
    return Buffer.from(bytes);
  }
}

/** Values of a sequence parameter set; sizes in macroblocks of 16 pixels. */
export interface SpsValues {
  width?: number;
  height?: number;
  /** Left, right, top, bottom, in units of chroma. */
  crop?: readonly number[];
  /** Shape of a sample. */
  aspect?: readonly [number, number];
  profile?: number;
  /** Of High profiles. */
  lumaBits?: number;
}

const HIGH = 100;
const BASELINE = 66;

/** A sequence parameter set, of a Baseline picture of 320x240 unless told otherwise. */
export function h264Sps({
  width = 20,
  height = 15,
  crop,
  aspect,
  profile = BASELINE,
  lumaBits = 8,
}: SpsValues = {}) {
  const bits = new BitWriter().bits(8, profile).bits(8, 0xc0).bits(8, 51).unsigned(0);
  if (profile === HIGH)
    bits
      .unsigned(1)
      .unsigned(lumaBits - 8)
      .unsigned(0)
      .bits(2, 0);
  bits.unsigned(0).unsigned(2).unsigned(1).bits(1, 0);
  bits
    .unsigned(width - 1)
    .unsigned(height - 1)
    .bits(2, 3);
  bits.bits(1, crop === undefined ? 0 : 1);
  for (const value of crop ?? []) bits.unsigned(value);
  bits.bits(1, aspect === undefined ? 0 : 1);
  if (aspect !== undefined) bits.bits(1, 1).bits(8, 255).bits(16, aspect[0]).bits(16, aspect[1]).bits(8, 0);
  return Buffer.concat([Buffer.from([0x67]), bits.toBytes()]);
}

/** A picture parameter set for {@link h264Sps}. */
export function h264Pps(): Buffer {
  const bits = new BitWriter().unsigned(0).unsigned(0).bits(2, 0).unsigned(0).unsigned(0).unsigned(0);
  bits.bits(3, 0).signed(0).signed(0).signed(0).bits(3, 0b100);
  return Buffer.concat([Buffer.from([0x68]), bits.toBytes()]);
}

/** A keyframe of one slice, which decoders conceal. @param number counts keyframes */
export function h264Idr(number = 0): Buffer {
  const bits = new BitWriter()
    .unsigned(0)
    .unsigned(7)
    .unsigned(0)
    .bits(4, 0)
    .unsigned(number % 2);
  bits.bits(2, 0).signed(0).unsigned(1);
  return Buffer.concat([Buffer.from([0x65]), bits.toBytes(), Buffer.from([0x80, 1, 2, 3, 4, 5])]);
}

/** A picture like the one before it. @param number its `frame_num` */
export function h264Slice(number: number): Buffer {
  const bits = new BitWriter()
    .unsigned(0)
    .unsigned(5)
    .unsigned(0)
    .bits(4, number % 16)
    .bits(3, 0);
  bits.signed(0).unsigned(1).unsigned(300);
  return Buffer.concat([Buffer.from([0x41]), bits.toBytes()]);
}
