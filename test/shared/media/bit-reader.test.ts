import { expect } from 'chai';
import { BitReader } from '#shared/media/bit-reader.ts';

const readerOf = (bits: string): BitReader => {
  const padded = bits.replaceAll(' ', '').padEnd(Math.ceil(bits.replaceAll(' ', '').length / 8) * 8, '0');
  return new BitReader(Buffer.from((padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))));
};

describe('BitReader', () => {
  it('reads unsigned Exp-Golomb codes as table 9-2 of H.264 gives them', () => {
    const reader = readerOf('1 010 011 00100 00101 0001000');
    expect(Array.from({ length: 6 }, () => reader.unsigned())).to.deep.equal([0, 1, 2, 3, 4, 7]);
  });

  it('reads signed ones as table 9-3 maps them', () => {
    const reader = readerOf('1 010 011 00100 00101');
    expect(Array.from({ length: 5 }, () => reader.signed())).to.deep.equal([0, 1, -1, 2, -2]);
  });

  it('reads numbers of 32 bits as positive ones', () => {
    expect(new BitReader(Buffer.from('ffffffff', 'hex')).bits(32)).to.equal(0xffffffff);
  });

  it('refuses to read behind the end, and codes that are none', () => {
    expect(() => readerOf('1').bits(9)).to.throw(RangeError);
    expect(() => new BitReader(Buffer.alloc(20)).unsigned()).to.throw(RangeError);
  });
});
