/** Reads the bits of parameter sets (ITU-T H.264 section 9.1, H.265 section 9.2). */

/** More leading zeros than any valid value has. */
const MAX_GOLOMB_BITS = 32;

/** A cursor over bits, most significant first. */
export class BitReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** One bit as a truth. @throws RangeError behind the end */
  flag(): boolean {
    return this.#bit() === 1;
  }

  /** An unsigned number of up to 32 bits. @throws RangeError behind the end */
  bits(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1) value = value * 2 + this.#bit();
    return value;
  }

  skip(count: number): void {
    this.#position += count;
  }

  /** Exp-Golomb code, unsigned: `ue(v)`. @throws RangeError for none */
  unsigned(): number {
    let zeros = 0;
    while (this.#bit() === 0) {
      zeros += 1;
      if (zeros > MAX_GOLOMB_BITS) throw new RangeError('no Exp-Golomb code');
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** Exp-Golomb code, signed: `se(v)`. */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : 0 - code / 2;
  }

  #bit(): number {
    const byte = this.#bytes[this.#position >> 3];
    if (byte === undefined) throw new RangeError('the parameter set ends too early');
    const bit = (byte >> (7 - (this.#position & 7))) & 1;
    this.#position += 1;
    return bit;
  }
}
