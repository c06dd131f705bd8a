import { expect } from 'chai';
import { Ffmpeg } from '../../../../../workers/rtsp/ffmpeg/ffmpeg.ts';
import { KeptPictures } from '../../../../../workers/rtsp/outputs/recording/kept-pictures.ts';
import { decodeJpeg } from '../../../../support/decode-jpeg.ts';
import { silentLog } from '../../../../support/serve.ts';
import { CLIP_FPS, CLIP_WIDTH } from '../../../../support/test-clip.ts';
import { RecordedCamera } from './material.ts';

const IN_MEMORY = { cameraId: 'yard', isContinuous: false, ringSeconds: 20 };
const FORMAT = { quality: 95 };
/** Length of the clip, which is played again and again, milliseconds. */
const CLIP_MS = 2000;

describe('Pictures of what a recorder keeps in memory', () => {
  const pictures = new KeptPictures(new Ffmpeg({ maxPixels: 1_000_000, log: silentLog }).media);
  let yard: RecordedCamera;
  let begin: number;

  beforeEach(() => {
    yard = new RecordedCamera();
    yard.recorder.apply(IN_MEMORY);
    begin = yard.camera.wall;
    yard.camera.begin();
  });
  afterEach(() => yard.recorder.close());

  async function pictureAt(at: number) {
    const group = yard.recorder.groupUntil(at);
    if (group === undefined) throw new Error('nothing is kept of that time');
    return pictures.picture('yard', group, FORMAT);
  }

  it('are those of the wanted times, as the camera sent them, with the time of their capture', async () => {
    await yard.camera.play(6);
    const [early, same, other] = [
      await pictureAt(begin + 1300),
      await pictureAt(begin + 1300 + CLIP_MS),
      await pictureAt(begin + 700),
    ];
    expect(early.facts).to.include({ cameraId: 'yard', width: CLIP_WIDTH });
    expect(begin + 1300 - early.facts.timestamp * 1000).to.be.within(0, 1000 / CLIP_FPS + 1);
    expect(same.bytes.equals(early.bytes)).to.equal(true);
    expect(other.bytes.equals(early.bytes)).to.equal(false);
    expect(new Set([early, same, other].map(({ facts }) => facts.sequence)).size).to.equal(3);
    expect(decodeJpeg(early.bytes).width).to.equal(CLIP_WIDTH);
  });

  it('reach up to now, also what no group is whole of yet', async () => {
    await yard.camera.play(3.2);
    const { facts } = await pictureAt(yard.camera.wall);
    expect(yard.camera.wall - facts.timestamp * 1000).to.be.at.most(2000 / CLIP_FPS + 1);
  });

  it('are not given of a time before, of a gap, or without anything in memory', async () => {
    await yard.camera.play(2);
    yard.camera.wait(10);
    await yard.camera.play(2);
    expect(yard.recorder.groupUntil(begin - 100)).to.equal(undefined);
    expect(yard.recorder.groupUntil(begin + 8000)).to.equal(undefined);
    yard.recorder.apply({ ...IN_MEMORY, ringSeconds: 0 });
    expect(yard.recorder.groupUntil(yard.camera.wall)).to.equal(undefined);
  });

  it('are small, or a part, where that is wanted', async () => {
    await yard.camera.play(2);
    const group = yard.recorder.groupUntil(begin + 1000);
    if (group === undefined) throw new Error('nothing is kept of that time');
    const part = await pictures.picture('yard', group, { quality: 80, width: 80, area: [0, 0, 0.5, 0.5] });
    expect(part.facts.width).to.equal(80);
  });
});
