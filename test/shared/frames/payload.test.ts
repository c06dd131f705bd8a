import { expect } from 'chai';
import {
  BINARY_FRAME_HEADER_BYTES,
  decodeBinaryFrame,
  encodeBase64Frame,
  encodeBinaryFrame,
  encodeLumaFrame,
  encodeNotifyFrame,
} from '#shared/frames/payload.ts';

const FACTS = {
  cameraId: 'front-door',
  timestamp: 1_795_222_600.616,
  sequence: 118,
  width: 1280,
  height: 720,
};

describe('The encodings of a frame', () => {
  for (const bytes of [0, 1, 2, 3, 4, 1000]) {
    it(`put a JPEG of ${bytes} bytes into JSON as base64`, () => {
      const jpeg = Buffer.alloc(bytes, 0xd8);
      const { data, binary } = encodeBase64Frame(FACTS, jpeg);
      expect(binary).to.equal(false);
      expect(JSON.parse(data.toString())).to.deep.equal({
        type: 'frame',
        ...FACTS,
        data: jpeg.toString('base64'),
      });
    });
  }

  it('put it behind the documented header as bytes', () => {
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
    const { data, binary } = encodeBinaryFrame(FACTS, jpeg);
    const idEnd = BINARY_FRAME_HEADER_BYTES + data.readUInt16BE(2);
    expect(binary).to.equal(true);
    expect([data.readUInt8(0), data.readUInt8(1)]).to.deep.equal([1, 0]);
    expect(data.readDoubleBE(4)).to.equal(FACTS.timestamp);
    expect(data.readUInt32BE(12)).to.equal(FACTS.sequence);
    expect([data.readUInt16BE(16), data.readUInt16BE(18)]).to.deep.equal([1280, 720]);
    expect(data.subarray(BINARY_FRAME_HEADER_BYTES, idEnd).toString()).to.equal('front-door');
    expect(data.subarray(idEnd)).to.deep.equal(jpeg);
  });

  it('count on from 0 in bytes after four thousand million frames', () => {
    const { data } = encodeBinaryFrame({ ...FACTS, sequence: 2 ** 32 + 5 }, Buffer.alloc(0));
    expect(data.readUInt32BE(12)).to.equal(5);
  });

  it('can be read back, grey planes and JPEGs apart', () => {
    const luma = Buffer.from([0, 127, 255]);
    const read = decodeBinaryFrame(encodeLumaFrame(FACTS, luma).data);
    expect(read).to.deep.equal({ facts: FACTS, isLuma: true, picture: luma });
    expect(decodeBinaryFrame(encodeBinaryFrame(FACTS, luma).data)).to.include({ isLuma: false });
    expect(decodeBinaryFrame(Buffer.alloc(BINARY_FRAME_HEADER_BYTES))).to.equal(undefined);
    expect(decodeBinaryFrame(Buffer.from([1]))).to.equal(undefined);
  });

  it('name the address of the picture in place of it', () => {
    const { data, binary } = encodeNotifyFrame(FACTS, '/api/cameras/front-door/frame?seq=118');
    expect(binary).to.equal(false);
    expect(JSON.parse(data.toString())).to.deep.equal({
      type: 'frame',
      ...FACTS,
      url: '/api/cameras/front-door/frame?seq=118',
    });
  });
});
