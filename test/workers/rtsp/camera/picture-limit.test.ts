import { expect } from 'chai';
import { PictureLimit } from '../../../../workers/rtsp/camera/picture-limit.ts';
import { annexB, SETS, slice, trackOf } from '../../../shared/media/mp4/material.ts';
import { h264Sps } from '../../../support/bitstream.ts';
import { codeOf } from '../../../support/errors.ts';

const HUGE = h264Sps({ width: 1000, height: 1000 });
const MEGA = 1_000_000;

describe('PictureLimit', () => {
  let limit: PictureLimit;
  beforeEach(() => {
    limit = new PictureLimit(64 * MEGA);
  });
  const picture = (...nals: readonly Buffer[]) => ({ data: annexB(...nals, slice(true)), keyframe: true });

  it('lets every camera pass whose pictures are within it', () => {
    for (const [name, sets] of Object.entries(SETS)) {
      const codec = name.startsWith('hevc') ? 'hevc' : 'h264';
      limit.begin(trackOf(codec, sets));
      limit.check(picture(...sets));
      limit.check(picture());
    }
  });

  it('refuses larger ones that the description announces', () => {
    expect(codeOf(() => limit.begin(trackOf('h264', [HUGE])))).to.equal('camera-picture-too-large');
  });

  it('refuses larger ones that come later', () => {
    limit.begin(trackOf('h264', SETS.high));
    limit.check(picture(...SETS.high));
    expect(() => limit.check(picture(HUGE))).to.throw('Pictures of 16000x16000 are more than 64 megapixels');
  });

  it('tells the size of a video of a phone as it is shown', () => {
    limit.begin(trackOf('h264', SETS.high));
    const { width, height } = limit.size ?? {};
    limit.begin({ ...trackOf('h264', SETS.high), rotation: 90 });
    expect(limit.size).to.deep.equal({ width: height, height: width });
  });

  it('leaves a set that cannot be read to the decoder', () => {
    limit.begin(trackOf('h264', [Buffer.from([0x67])]));
    limit.check(picture(HUGE.subarray(0, 5)));
  });

  it('refuses large pictures of JPEG', () => {
    limit.begin(trackOf('mjpeg'));
    const frame = (side: number) => {
      const size = Buffer.alloc(4);
      size.writeUInt16BE(side, 0);
      size.writeUInt16BE(side, 2);
      const head = Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 17, 8]);
      return { data: Buffer.concat([head, size, Buffer.alloc(20)]), keyframe: true };
    };
    limit.check(frame(2040));
    expect(codeOf(() => limit.check(frame(30_000)))).to.equal('camera-picture-too-large');
  });

  it('refuses a camera that changes its parameter sets all the time, and none that has several', () => {
    limit.begin(trackOf('h264', SETS.high));
    const sets = Array.from({ length: 200 }, (_, index) => h264Sps({ aspect: [index + 1, 1] }));
    for (let round = 0; round < 1000; round += 1) limit.check(picture(...sets.slice(0, 20)));
    expect(codeOf(() => limit.check(picture(...sets)))).to.equal('camera-sends-too-much');
  });
});
