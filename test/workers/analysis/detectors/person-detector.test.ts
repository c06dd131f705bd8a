import { expect } from 'chai';
import { overlap } from '../../../../workers/analysis/camera/overlap.ts';
import type { Detector } from '../../../../workers/analysis/detectors/detector.ts';
import { toPerson } from '../../../../workers/analysis/detectors/opencv/hog-windows.ts';
import { loadOpenCvDetector } from '../../../../workers/analysis/detectors/opencv/opencv-detector.ts';
import { PictureThread } from '../../../../workers/analysis/detectors/opencv/picture-thread.ts';
import { decodeJpeg, quietFfmpeg } from '../../../../workers/analysis/frames/jpeg-decoder.ts';
import {
  PERSON_BOX,
  type Photograph,
  readPhotograph,
  requirePhotographs,
} from '../../../support/photographs.ts';
import { requireOpenCv } from '../../../support/portrait.ts';

describe('The built-in detector of persons', function () {
  const thread = new PictureThread();
  let detector: Detector;

  before(async () => {
    requireOpenCv(this.ctx);
    quietFfmpeg();
    detector = await loadOpenCvDetector('person', thread);
  });
  after(() => thread.stop());

  const look = async (name: Photograph, side = 640) =>
    detector.detect(await decodeJpeg(readPhotograph(name), side));

  it('finds no person in an empty picture, nor in one that is smaller than a person', async () => {
    const empty = (width: number, height: number) => ({
      width,
      height,
      pixels: new Uint8Array(width * height * 3).fill(90),
    });
    expect(await detector.detect(empty(640, 360))).to.deep.equal([]);
    expect(await detector.detect(empty(40, 12))).to.deep.equal([]);
  });

  describe('on photographs', function () {
    before(() => requirePhotographs(this.ctx));

    for (const [size, side] of [
      ['full size', 640],
      ['half that', 320],
    ] as const) {
      it(`finds the one person where it stands, in ${size}`, async () => {
        const findings = await look('person', side);
        expect(findings.map(({ label }) => label)).to.deep.equal(['person']);
        expect(findings[0]?.score).to.be.within(0.5, 1);
        expect(overlap(findings[0]?.box ?? [0, 0, 0, 0], [...PERSON_BOX])).to.be.greaterThan(0.5);
      });
    }

    it('takes a lowest score from outside', async () => {
      const picture = await decodeJpeg(readPhotograph('person'), 640);
      expect(await detector.detect(picture, 0.99)).to.deep.equal([]);
    });

    for (const name of ['dog', 'eagle', 'giraffe', 'horses'] as const) {
      it(`finds no person on the photograph of ${name}`, async () => {
        expect(await look(name)).to.deep.equal([]);
      });
    }
  });
});

describe('A window that looks like a person', () => {
  const picture = { width: 640, height: 480 };
  const window = { left: 100, top: 40, width: 64, height: 128, weight: 0.8 };

  it('holds the person without the margin that such windows have', () => {
    const { box } = toPerson(window, picture);
    for (const [index, share] of [112 / 640, 56 / 480, 40 / 640, 96 / 480].entries())
      expect(box[index]).to.be.closeTo(share, 1e-9);
  });

  it('may reach beyond the picture; the person does not', () => {
    const { box } = toPerson({ ...window, left: -32, top: 400 }, picture);
    expect(box[0]).to.equal(0);
    expect(box[1] + box[3]).to.be.closeTo(1, 1e-9);
  });

  it('scores from 0 to 1, the more the further it lies on the side of persons', () => {
    const scores = [-3, 0.3, 0.8, 2, 5].map((weight) => toPerson({ ...window, weight }, picture).score);
    expect(scores).to.deep.equal([...scores].sort((a, b) => a - b));
    expect(scores[2]).to.equal(0.5);
    expect(scores[0]).to.be.within(0, 0.01);
    expect(scores[4]).to.be.within(0.99, 1);
  });
});
