import { expect } from 'chai';
import { pino } from 'pino';
import { loadConfig } from '../../../../workers/analysis/config.ts';
import { DetectorSet } from '../../../../workers/analysis/detectors/detector-set.ts';
import { HogDetector, loadHogDetector } from '../../../../workers/analysis/detectors/hog-detector.ts';
import { toPerson } from '../../../../workers/analysis/detectors/hog-windows.ts';
import { loadDetector } from '../../../../workers/analysis/detectors/load-detector.ts';
import { decodeJpeg, quietFfmpeg } from '../../../../workers/analysis/media/jpeg-decoder.ts';
import { overlap } from '../../../../workers/analysis/tracking/overlap.ts';
import {
  PERSON_BOX,
  type Photograph,
  readPhotograph,
  requirePhotographs,
} from '../../../support/photographs.ts';

const OF_WORKER = { WORKER_PORT: '0' };

describe('The built-in detector of persons', () => {
  let detector: HogDetector;

  before(async () => {
    quietFfmpeg();
    detector = await loadHogDetector('person');
  });
  after(() => detector.rest());

  const look = async (name: Photograph, side = 640) =>
    detector.detect(await decodeJpeg(readPhotograph(name), side));

  it('is what PERSON_MODEL stands for when it is not set', async () => {
    const { personModel, faceModel } = loadConfig(OF_WORKER);
    expect(faceModel).to.equal(undefined);
    const { health } = await loadDetector('person', personModel as string);
    expect(health).to.deep.equal({ state: 'ready', model: 'OpenCV HOG', hardware: 'cpu' });
  });

  it('is off where PERSON_MODEL is off', async () => {
    const set = new DetectorSet({
      models: { person: loadConfig({ ...OF_WORKER, PERSON_MODEL: 'off' }).personModel, face: undefined },
      load: loadDetector,
      onChange: () => {},
      log: pino({ level: 'silent' }),
    });
    await set.load();
    expect(set.health().person.state).to.equal('off');
    expect(set.ready.size).to.equal(0);
  });

  it('does not find faces, and says so', async () => {
    const reason = await loadDetector('face', 'builtin').catch((error: Error) => error.message);
    expect(reason).to.equal('there is no built-in detector of kind face');
  });

  it('finds nobody in an empty picture, nor in one that is smaller than a person', async () => {
    const empty = (width: number, height: number) => ({
      width,
      height,
      pixels: new Uint8Array(width * height * 3).fill(90),
    });
    expect(await detector.detect(empty(640, 360))).to.deep.equal([]);
    expect(await detector.detect(empty(40, 12))).to.deep.equal([]);
  });

  it('takes pictures in turn when several come at once, and goes on after a rest', async () => {
    const pixels = new Uint8Array(160 * 120 * 3);
    const picture = { width: 160, height: 120, pixels };
    const answers = await Promise.all([detector.detect(picture), detector.detect(picture)]);
    await detector.rest();
    expect([...answers, await detector.detect(picture)]).to.deep.equal([[], [], []]);
  });

  it('tells of a thread that died, and ends nothing else', async () => {
    const failing = new HogDetector(new URL('../support/failing-thread.ts', import.meta.url));
    const picture = { width: 64, height: 128, pixels: new Uint8Array(64 * 128 * 3) };
    for (const attempt of [1, 2]) {
      const reason = await failing.detect(picture).catch((error: Error) => error.message);
      expect(reason, `attempt ${attempt}`).to.equal('this thread does nothing but fail');
    }
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
      it(`finds nobody on the photograph of ${name}`, async () => {
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
