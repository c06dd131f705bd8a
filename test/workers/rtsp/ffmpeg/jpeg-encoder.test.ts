import { expect } from 'chai';
import {
  AV_PIX_FMT_NV12,
  AV_PIX_FMT_YUV420P,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_SMPTE170M,
  type AVColorRange,
  type AVColorSpace,
} from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { JpegEncoder, qscaleForQuality } from '../../../../workers/rtsp/ffmpeg/jpeg-encoder.ts';
import { decodeJpeg, isWholeJpeg } from '../../../support/decode-jpeg.ts';
import { videoFrame } from '../../../support/video-frame.ts';

type Rgb = readonly [number, number, number];

/** The 75 % bars of SMPTE EG 1. */
const BARS: readonly Rgb[] = [
  [191, 191, 191],
  [191, 191, 0],
  [0, 191, 191],
  [0, 191, 0],
  [191, 0, 191],
  [191, 0, 0],
  [0, 0, 191],
];
const BAR_WIDTH = 64;
const HEIGHT = 128;

/** Luma weights of red and blue (ITU-R BT.601 and BT.709). */
const WEIGHTS = { 601: { kr: 0.299, kb: 0.114 }, 709: { kr: 0.2126, kb: 0.0722 } } as const;
const SPACES: Record<601 | 709, AVColorSpace> = { 601: AVCOL_SPC_SMPTE170M, 709: AVCOL_SPC_BT709 };

function toYuv([r, g, b]: Rgb, matrix: 601 | 709, isFull: boolean): number[] {
  const { kr, kb } = WEIGHTS[matrix];
  const y = kr * r + (1 - kr - kb) * g + kb * b;
  const cb = (b - y) / (2 * (1 - kb));
  const cr = (r - y) / (2 * (1 - kr));
  return isFull
    ? [y, cb + 128, cr + 128]
    : [16 + (y * 219) / 255, 128 + (cb * 224) / 255, 128 + (cr * 224) / 255];
}

/** A picture of the bars as a camera of this matrix and range sends it. */
function barsFrame(matrix: 601 | 709, range: AVColorRange, isNv12 = false): Frame {
  const width = BARS.length * BAR_WIDTH;
  const colours = BARS.map((bar) => toYuv(bar, matrix, range === AVCOL_RANGE_JPEG).map(Math.round));
  const plane = (component: number, step: number): Buffer => {
    const row = Buffer.from(
      Array.from(
        { length: width / step },
        (_, x) => colours[Math.floor((x * step) / BAR_WIDTH)]?.[component] as number,
      ),
    );
    return Buffer.concat(Array.from({ length: HEIGHT / step }, () => row));
  };
  const [luma, blue, red] = [plane(0, 1), plane(1, 2), plane(2, 2)];
  const colour = isNv12 ? Buffer.from([...blue].flatMap((each, at) => [each, red[at] as number])) : red;
  const pixels = Buffer.concat(isNv12 ? [luma, colour] : [luma, blue, colour]);
  const format = isNv12 ? AV_PIX_FMT_NV12 : AV_PIX_FMT_YUV420P;
  const frame = videoFrame(pixels, { width, height: HEIGHT }, format);
  frame.colorRange = range;
  frame.colorSpace = SPACES[matrix];
  return frame;
}

describe('JpegEncoder', () => {
  it('encodes a part of a picture, scaled by the width of the part', async () => {
    using encoder = new JpegEncoder({ quality: 95, width: 32, area: [2 / 7, 0.25, 1 / 7, 0.5] });
    using frame = barsFrame(601, AVCOL_RANGE_MPEG);
    const { bytes, width, height } = await encoder.encode(frame);
    expect([width, height]).to.deep.equal([32, 32]);
    for (const x of [2, 29])
      for (const [channel, level] of (BARS[2] as Rgb).entries())
        expect(decodeJpeg(bytes).at(x, 16)[channel]).to.be.closeTo(level, 3);
  });

  for (const [matrix, range, name, layout = ''] of [
    [601, AVCOL_RANGE_MPEG, 'limited'],
    [601, AVCOL_RANGE_JPEG, 'full'],
    [709, AVCOL_RANGE_MPEG, 'limited'],
    [709, AVCOL_RANGE_JPEG, 'full'],
    [601, AVCOL_RANGE_MPEG, 'limited', ' as hardware decoders give them (NV12)'],
    [709, AVCOL_RANGE_MPEG, 'limited', ' as hardware decoders give them (NV12)'],
  ] as const) {
    it(`gives the SMPTE bars of a BT.${matrix} camera with ${name} range${layout} their colours, within 3 levels`, async () => {
      using encoder = new JpegEncoder({ quality: 95 });
      using frame = barsFrame(matrix, range, layout !== '');
      const picture = decodeJpeg((await encoder.encode(frame)).bytes);
      for (const [index, bar] of BARS.entries()) {
        const seen = picture.at(index * BAR_WIDTH + BAR_WIDTH / 2, HEIGHT / 2);
        for (const [channel, level] of bar.entries()) {
          expect(seen[channel], `bar ${index} ${['red', 'green', 'blue'][channel]}`).to.be.closeTo(level, 3);
        }
      }
    });
  }

  it('scales to the width asked for and keeps the aspect ratio', async () => {
    using encoder = new JpegEncoder({ width: 112, quality: 80 });
    using frame = barsFrame(601, AVCOL_RANGE_MPEG);
    const { bytes, width, height } = await encoder.encode(frame);
    expect([width, height]).to.deep.equal([112, 32]);
    expect(decodeJpeg(bytes)).to.include({ width: 112, height: 32 });
  });

  it('goes on when the camera changes its picture', async () => {
    using encoder = new JpegEncoder({ quality: 80 });
    for (const matrix of [601, 709, 601] as const) {
      using frame = barsFrame(matrix, AVCOL_RANGE_MPEG);
      expect(isWholeJpeg((await encoder.encode(frame)).bytes)).to.equal(true);
    }
  });

  it('leaves a picture as it is while the next ones are made', async () => {
    using encoder = new JpegEncoder({ quality: 80 });
    using first = barsFrame(601, AVCOL_RANGE_MPEG);
    const { bytes } = await encoder.encode(first);
    const before = bytes.toString('base64');
    for (let count = 0; count < 20; count += 1) {
      using other = barsFrame(709, AVCOL_RANGE_JPEG);
      await encoder.encode(other);
    }
    expect(bytes.toString('base64')).to.equal(before);
  });

  it('spends more bytes on more quality', async () => {
    const sizes: number[] = [];
    for (const quality of [20, 50, 80, 95]) {
      using encoder = new JpegEncoder({ quality });
      using frame = barsFrame(709, AVCOL_RANGE_MPEG);
      sizes.push((await encoder.encode(frame)).bytes.length);
    }
    expect(sizes).to.deep.equal([...sizes].sort((a, b) => a - b));
  });
});

describe('qscaleForQuality', () => {
  it('maps 80 to 5 and stays within what FFmpeg knows', () => {
    expect([1, 20, 50, 80, 90, 100].map(qscaleForQuality)).to.deep.equal([31, 31, 13, 5, 3, 1]);
  });
});
