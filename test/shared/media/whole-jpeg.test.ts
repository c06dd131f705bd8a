import { expect } from 'chai';
import { wholeJpeg } from '#shared/media/whole-jpeg.ts';
import { clipOf } from '../../field/support/clips.ts';
import { decodeJpeg } from '../../support/decode-jpeg.ts';

describe('wholeJpeg', () => {
  let jpeg: Buffer;
  before(() => {
    jpeg = clipOf('mjpeg').units[0]?.[0] as Buffer;
  });

  it('takes a picture as it is, and tells its size', () => {
    const found = wholeJpeg(jpeg);
    expect([found?.width, found?.height]).to.deep.equal([160, 128]);
    expect(found?.data).to.equal(jpeg);
  });

  it('puts in the Huffman tables that motion JPEG may leave out', () => {
    const bare = withoutTables(jpeg);
    const { data } = wholeJpeg(bare) as { data: Buffer };
    const [given, restored] = [decodeJpeg(jpeg), decodeJpeg(data)];
    expect(restored.at(80, 64)).to.deep.equal(given.at(80, 64));
  });

  it('takes no picture that is cut, empty, of four colours, or none at all', () => {
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    const changed = (at: number, value: number): Buffer => {
      const copy = Buffer.from(jpeg);
      copy[at] = value;
      return copy;
    };
    const cmyk = changed(frame + 9, 4);
    const arithmetic = changed(frame + 1, 0xc9);
    const flat = changed(frame + 6, 0);
    for (const bytes of [
      jpeg.subarray(0, -2),
      cmyk,
      arithmetic,
      flat,
      Buffer.from('GIF89a'),
      Buffer.alloc(0),
    ])
      expect(wholeJpeg(bytes)).to.equal(undefined);
  });
});

function withoutTables(jpeg: Buffer): Buffer {
  const kept = [jpeg.subarray(0, 2)];
  let at = 2;
  while (jpeg[at + 1] !== 0xda) {
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (jpeg[at + 1] !== 0xc4) kept.push(jpeg.subarray(at, end));
    at = end;
  }
  return Buffer.concat([...kept, jpeg.subarray(at)]);
}
