import { expect } from 'chai';
import { type DecodedFrame, VideoDecoder } from '../../../../workers/rtsp/ffmpeg/decoder.ts';
import { LumaScaler } from '../../../../workers/rtsp/ffmpeg/luma-scaler.ts';
import type { EncodedUnit } from '../../../../workers/simulator/server/stream/loop-source.ts';
import { testClip } from '../../../support/test-clip.ts';

/** Difference that motion never counts, grey levels. */
const SMALL_DIFFERENCE = 4;

describe('VideoDecoder', () => {
  let units: EncodedUnit[];
  let decoder: VideoDecoder;

  before(async () => {
    units = await testClip();
  });

  beforeEach(async () => {
    decoder = await VideoDecoder.open({ codec: 'h264', parameterSets: Buffer.alloc(0) });
  });

  afterEach(() => decoder[Symbol.dispose]());

  /** Grey levels of each picture in its own size. */
  async function decode(from: number, to: number): Promise<Buffer[]> {
    const pictures: Buffer[] = [];
    using scaler = new LumaScaler({ width: undefined });
    for (let index = from; index < to; index += 1) {
      const { frames } = await decoder.decode((units[index] as EncodedUnit).data, index);
      for (const { native } of frames as DecodedFrame[]) {
        pictures.push((await scaler.encode(native)).bytes);
        native.free();
      }
    }
    return pictures;
  }

  it('is nearly as good without the loop filter', async () => {
    const exact = await decode(0, 15);
    decoder.reset();
    decoder.skipLoopFilter = true;
    const rough = await decode(0, 15);
    expect(rough).to.have.length(exact.length);
    expect(rough, 'work was saved').to.not.deep.equal(exact);
    for (const [index, picture] of rough.entries()) {
      const levels = picture.reduce((sum, level, at) => sum + Math.abs(level - (exact[index]?.[at] ?? 0)), 0);
      expect(levels / picture.length, `picture ${index}`).to.be.below(SMALL_DIFFERENCE);
    }
  });

  it('is exact to the last bit from the next keyframe on', async () => {
    const exact = (await decode(0, 30)).slice(15);
    decoder.reset();
    decoder.skipLoopFilter = true;
    await decode(0, 15);
    decoder.skipLoopFilter = false;
    expect(await decode(15, 30)).to.deep.equal(exact);
  });

  it('decodes no picture larger than its limit', async () => {
    using small = await VideoDecoder.open({
      codec: 'h264',
      parameterSets: Buffer.alloc(0),
      maxPixels: 100 * 100,
    });
    const outcome = await small.decode((units[0] as EncodedUnit).data, 0);
    expect(outcome).to.deep.equal({ frames: [], failed: true });
  });
});
