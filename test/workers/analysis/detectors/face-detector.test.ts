import { expect } from 'chai';
import { overlap } from '../../../../workers/analysis/camera/overlap.ts';
import type { Detector, RgbPicture } from '../../../../workers/analysis/detectors/detector.ts';
import { mergeWindows, toFace } from '../../../../workers/analysis/detectors/opencv/face-windows.ts';
import { loadOpenCvDetector } from '../../../../workers/analysis/detectors/opencv/opencv-detector.ts';
import { PictureThread } from '../../../../workers/analysis/detectors/opencv/picture-thread.ts';
import { decodeJpeg, quietFfmpeg } from '../../../../workers/analysis/frames/jpeg-decoder.ts';
import { readPhotograph, requirePhotographs } from '../../../support/photographs.ts';
import { FACE_BOX, readHat, readPortrait, requireOpenCv } from '../../../support/portrait.ts';

describe('The built-in detector of faces', function () {
  const thread = new PictureThread();
  let detector: Detector;

  before(async () => {
    requireOpenCv(this.ctx);
    quietFfmpeg();
    detector = await loadOpenCvDetector('face', thread);
  });
  after(() => thread.stop());

  it('finds the one face of a portrait where it is', async () => {
    const findings = await detector.detect(readPortrait());
    expect(findings.map(({ label }) => label)).to.deep.equal(['face']);
    expect(findings[0]?.score).to.be.within(0.5, 1);
    expect(overlap(findings[0]?.box ?? [0, 0, 0, 0], [...FACE_BOX])).to.be.greaterThan(0.6);
  });

  it('finds it in a dark room, too', async () => {
    const portrait = readPortrait();
    const dark = portrait.pixels.map((level) => level / 4);
    const [face] = await detector.detect({ ...portrait, pixels: dark });
    expect(overlap(face?.box ?? [0, 0, 0, 0], [...FACE_BOX])).to.be.greaterThan(0.5);
  });

  it('takes a lowest score from outside', async () => {
    expect(await detector.detect(readPortrait(), 0.99)).to.deep.equal([]);
  });

  it('finds none where there is none: on a hat, in an empty picture, in one smaller than a face', async () => {
    const empty = (side: number): RgbPicture => ({
      width: side,
      height: side,
      pixels: new Uint8Array(side * side * 3).fill(90),
    });
    for (const picture of [readHat(), empty(300), empty(12)])
      expect(await detector.detect(picture)).to.deep.equal([]);
  });

  describe('on photographs', function () {
    before(() => requirePhotographs(this.ctx));

    for (const name of ['dog', 'eagle', 'giraffe', 'horses', 'person'] as const) {
      it(`finds no face of a human on that of ${name}`, async () => {
        expect(await detector.detect(await decodeJpeg(readPhotograph(name), 1280))).to.deep.equal([]);
      });
    }
  });
});

describe('A window that looks like a face', () => {
  const picture = { width: 640, height: 480 };
  const window = { left: 100, top: 80, width: 60, height: 60, weight: 4 };

  it('lies between brow and chin; the face reaches a quarter further up and down', () => {
    const { box } = toFace(window, picture);
    for (const [index, share] of [100 / 640, 65 / 480, 60 / 640, 90 / 480].entries())
      expect(box[index]).to.be.closeTo(share, 1e-9);
  });

  it('may lie at the edge of the picture; the face does not reach beyond', () => {
    expect(toFace({ ...window, top: 0 }, picture).box[1]).to.equal(0);
    const { box } = toFace({ ...window, top: 420 }, picture);
    expect(box[1] + box[3]).to.be.closeTo(1, 1e-9);
  });

  it('scores from 0 to 1, the more windows agree; four are half a score', () => {
    const scores = [1, 2, 4, 20, 300].map((weight) => toFace({ ...window, weight }, picture).score);
    expect(scores).to.deep.equal([...scores].sort((a, b) => a - b));
    expect(scores[2]).to.equal(0.5);
    expect(scores[0]).to.be.within(0, 0.5);
    expect(scores[4]).to.be.within(0.95, 1);
  });
});

describe('Windows that look like faces', () => {
  const at = (left: number, width: number, weight: number) => ({
    left,
    top: 80,
    width,
    height: width,
    weight,
  });

  it('count together where they lie upon each other, as the one of which most is sure', () => {
    expect(mergeWindows([at(105, 52, 3), at(100, 60, 4)])).to.deep.equal([at(100, 60, 7)]);
  });

  it('are two faces where they lie side by side, even if they touch', () => {
    const sideBySide = [at(145, 60, 9), at(100, 60, 4)];
    expect(mergeWindows(sideBySide)).to.deep.equal(sideBySide);
  });
});
