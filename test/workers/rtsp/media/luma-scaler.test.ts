import { expect } from 'chai';
import { AV_PIX_FMT_YUV420P, AVCOL_RANGE_JPEG, AVCOL_SPC_SMPTE170M } from 'node-av/constants';
import { Frame } from 'node-av/lib';
import { decodeJpeg, quietFfmpeg } from '../../../../workers/analysis/media/jpeg-decoder.ts';
import { JpegEncoder } from '../../../../workers/rtsp/media/jpeg-encoder.ts';
import { LumaScaler } from '../../../../workers/rtsp/media/luma-scaler.ts';

/** A picture whose left half is dark and whose right half is bright. */
function halves(width: number, height: number, [dark, bright]: [number, number] = [40, 200]): Frame {
  const row = Buffer.concat([Buffer.alloc(width / 2, dark), Buffer.alloc(width / 2, bright)]);
  const luma = Buffer.concat(Array.from({ length: height }, () => row));
  const chroma = Buffer.alloc((width * height) / 2, 128);
  const frame = Frame.fromVideoBuffer(Buffer.concat([luma, chroma]), {
    width,
    height,
    format: AV_PIX_FMT_YUV420P,
  });
  frame.colorRange = AVCOL_RANGE_JPEG;
  frame.colorSpace = AVCOL_SPC_SMPTE170M;
  return frame;
}

describe('LumaScaler', () => {
  it('gives one byte a pixel, row by row, in the width asked for', async () => {
    using scaler = new LumaScaler({ width: 64 });
    using frame = halves(640, 360);
    const { bytes, width, height } = await scaler.encode(frame);
    expect([width, height, bytes.length]).to.deep.equal([64, 36, 64 * 36]);
    for (const y of [0, 18, 35]) {
      expect(bytes[y * 64 + 8]).to.be.closeTo(40, 2);
      expect(bytes[y * 64 + 56]).to.be.closeTo(200, 2);
    }
  });

  it('never makes a picture larger, and follows a camera that changes its size', async () => {
    using scaler = new LumaScaler({ width: 320 });
    using large = halves(640, 360);
    using small = halves(128, 64, [90, 100]);
    expect((await scaler.encode(large)).width).to.equal(320);
    const { bytes, width, height } = await scaler.encode(small);
    expect([width, height]).to.deep.equal([128, 64]);
    expect(bytes[0]).to.be.closeTo(90, 2);
  });
});

describe("The detectors' JPEG decoder", () => {
  before(quietFfmpeg);

  it('gives the picture back in its colours, scaled down to the side wanted and never up', async () => {
    using encoder = new JpegEncoder({ quality: 95 });
    using frame = halves(320, 160);
    const { bytes } = await encoder.encode(frame);
    const { width, height, pixels } = await decodeJpeg(bytes, 160);
    expect([width, height, pixels.length]).to.deep.equal([160, 80, 160 * 80 * 3]);
    for (const [x, level] of [
      [20, 40],
      [140, 200],
    ] as const) {
      const at = (40 * 160 + x) * 3;
      for (const channel of [0, 1, 2]) expect(pixels[at + channel]).to.be.closeTo(level, 4);
    }
    expect((await decodeJpeg(bytes, 4000)).width).to.equal(320);
  });

  it('refuses what is no JPEG', async () => {
    const message = await decodeJpeg(Buffer.from('no picture'), 100).then(
      () => 'decoded',
      (error: Error) => error.message,
    );
    expect(message).to.equal('The picture is not a JPEG');
  });
});
