import { expect } from 'chai';
import type { PictureFormat } from '#shared/frames/subscription.ts';
import { VideoDecoder } from '../../../../workers/rtsp/ffmpeg/decoder.ts';
import { EncoderSet } from '../../../../workers/rtsp/ffmpeg/encoder-set.ts';
import { JpegDecoder } from '../../../../workers/rtsp/ffmpeg/jpeg-decoder.ts';
import type { NativeFrame } from '../../../../workers/rtsp/pictures/live-frame.ts';
import { clipOf } from '../../../field/support/clips.ts';
import { decodeJpeg } from '../../../support/decode-jpeg.ts';

describe('JPEGs of cameras', () => {
  let jpeg: Buffer;
  let opened = 0;
  let decoder: JpegDecoder;
  let encoders: EncoderSet;
  let encodings = 0;

  before(() => {
    jpeg = clipOf('mjpeg').units[0]?.[0] as Buffer;
  });
  beforeEach(() => {
    [opened, encodings] = [0, 0];
    decoder = new JpegDecoder(() => {
      opened += 1;
      return VideoDecoder.open({ codec: 'mjpeg', parameterSets: Buffer.alloc(0) });
    });
    encoders = new EncoderSet(() => {
      encodings += 1;
    });
  });
  afterEach(async () => {
    await encoders.close();
    decoder[Symbol.dispose]();
  });

  async function encode(data: Buffer, format: PictureFormat) {
    const { frames } = await decoder.decode(data, 7);
    const frame = frames[0] as NativeFrame;
    expect([frames.length, frame.sequence, frame.width, frame.height]).to.deep.equal([1, 7, 160, 128]);
    const encoded = await encoders.encode(frame, format);
    frame.native.free();
    return encoded;
  }

  for (const width of [undefined, 160, 640])
    it(`reach clients as they came, undecoded, where ${width ?? 'no'} width is asked for`, async () => {
      const { bytes } = await encode(jpeg, { width, quality: 80 });
      expect(bytes).to.equal(jpeg);
      expect([opened, encodings]).to.deep.equal([0, 0]);
    });

  it('are made smaller, of lower quality, or grey where that is asked for', async () => {
    const smaller = await encode(jpeg, { width: 80, quality: 80 });
    expect(decodeJpeg(smaller.bytes).width).to.equal(80);
    const lower = await encode(jpeg, { width: undefined, quality: 20 });
    expect(lower.bytes.length).to.be.below(jpeg.length);
    const grey = await encode(jpeg, { width: 80, quality: 80, isLuma: true });
    expect(grey.bytes.length).to.equal(80 * 64);
    expect(opened).to.equal(1);
  });

  it('are decoded and encoded anew where a viewer might not show them', async () => {
    const { bytes } = await encode(Buffer.concat([jpeg.subarray(0, -2), Buffer.alloc(2)]), {
      width: undefined,
      quality: 80,
    });
    expect(decodeJpeg(bytes).width).to.equal(160);
    expect(opened).to.equal(1);
  });
});
