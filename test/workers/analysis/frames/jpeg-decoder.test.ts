import { expect } from 'chai';
import { decodeJpeg, quietFfmpeg } from '../../../../workers/analysis/frames/jpeg-decoder.ts';
import { JpegEncoder } from '../../../../workers/rtsp/ffmpeg/jpeg-encoder.ts';
import { halves } from '../../../support/half-frame.ts';

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
