import { expect } from 'chai';
import { LumaScaler } from '../../../../workers/rtsp/ffmpeg/luma-scaler.ts';
import { halves } from '../../../support/half-frame.ts';

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
