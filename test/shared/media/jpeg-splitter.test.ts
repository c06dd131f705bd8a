import { expect } from 'chai';
import { JpegSplitter, type SplitJpeg } from '#shared/media/jpeg-splitter.ts';
import { codeOf } from '../../support/errors.ts';

const segment = (marker: number, data: Buffer | number[]): Buffer => {
  const body = Buffer.from(data);
  return Buffer.concat([Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 0xff]), body]);
};
const START = Buffer.from([0xff, 0xd8]);
const END = Buffer.from([0xff, 0xd9]);
const SCAN = segment(0xda, [1, 1, 0, 0, 63, 0]);
/** Stuffed bytes and a restart marker, which end nothing. */
const DATA = Buffer.from([1, 2, 0xff, 0, 3, 0xff, 0xd0, 4, 0xff, 0xff, 0]);
const jpeg = (...before: Buffer[]): Buffer =>
  Buffer.concat([START, ...before, segment(0xdb, [5, 6]), SCAN, DATA, END]);

function split(chunks: Iterable<Buffer>): Buffer[] {
  const found: SplitJpeg[] = [];
  const splitter = new JpegSplitter((picture) => void found.push(picture));
  for (const chunk of chunks) splitter.push(chunk);
  return found.map(({ data }) => data);
}

describe('JpegSplitter', () => {
  const picture = jpeg();

  it('finds pictures between anything else, however the bytes come', () => {
    const bytes = Buffer.concat([Buffer.from('--b\r\n\r\n'), picture, Buffer.from('\r\n--b'), picture]);
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(split(chunks), `${size} bytes at a time`).to.deep.equal([picture, picture]);
    }
  });

  it('keeps the thumbnail that a segment holds', () => {
    const withThumbnail = jpeg(segment(0xe1, jpeg()));
    expect(split([withThumbnail])).to.deep.equal([withThumbnail]);
  });

  it('keeps pictures of several scans whole', () => {
    const progressive = Buffer.concat([picture.subarray(0, -2), segment(0xc4, [7]), SCAN, DATA, END]);
    expect(split([progressive])).to.deep.equal([progressive]);
  });

  it('leaves out a picture that was cut, in its data and in its head, and finds the next', () => {
    for (const cut of [8, picture.length - 4])
      expect(split([picture.subarray(0, cut), Buffer.from('\r\n'), picture])).to.deep.equal([picture]);
  });

  it('tells when the first bytes of a picture came', () => {
    const found: SplitJpeg[] = [];
    const splitter = new JpegSplitter((split) => void found.push(split));
    splitter.push(picture.subarray(0, 5), 1000);
    splitter.push(picture.subarray(5), 2000);
    expect(found[0]?.startedAt).to.equal(1000);
  });

  it('makes of damaged bytes nothing but whole pictures', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 500; round += 1) {
      const bytes = Buffer.concat([picture, Buffer.from('\r\n--b\r\n'), picture, picture]);
      for (let count = random(6); count >= 0; count -= 1) bytes[random(bytes.length)] = random(256);
      const at = random(bytes.length);
      for (const found of split([bytes.subarray(0, at), bytes.subarray(at)])) {
        expect([found.readUInt16BE(0), found.readUInt16BE(found.length - 2)]).to.deep.equal([0xffd8, 0xffd9]);
      }
    }
  });

  it('refuses a picture without end, and a stream without pictures', () => {
    const zeros = Buffer.alloc(1024 * 1024);
    const endless = [Buffer.concat([START, SCAN]), ...Array<Buffer>(17).fill(zeros)];
    expect(codeOf(() => split(endless))).to.equal('camera-sends-too-much');
    expect(codeOf(() => split([zeros, zeros]))).to.equal('camera-protocol-error');
  });
});
