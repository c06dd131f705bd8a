import { expect } from 'chai';
import { MotionDetector, type MotionSettings } from '../../../../workers/analysis/motion/motion-detector.ts';
import { rectangle } from '../../../support/polygons.ts';
import { createRandom, FPS, HEIGHT, type Moment, SceneArtist, WIDTH } from '../support/scenes.ts';

/** A scene: what it is and what happens in each picture of it. */
interface Scene {
  name: string;
  pictures: number;
  moment: (index: number) => Moment;
}

const QUIET = 20;
const random = createRandom(7);

/** A block of a person's size that walks through after a quiet while. */
const walking = (index: number, level = 200): Moment =>
  index < QUIET || index >= 60
    ? {}
    : { block: { x: 10 + (index - QUIET) * 7, y: 80, width: 18, height: 44, level } };

const shaken = (most: number) => ({
  x: Math.round((random() * 2 - 1) * most),
  y: Math.round((random() * 2 - 1) * most),
});

const SCENES: Scene[] = [
  { name: 'a block walks through', pictures: 80, moment: (index) => walking(index) },
  { name: 'a dim block walks through', pictures: 80, moment: (index) => walking(index, 20) },
  {
    name: 'a block walks through heavy noise',
    pictures: 80,
    moment: (index) => ({ ...walking(index), noise: 6 }),
  },
  { name: 'noise only', pictures: 100, moment: () => ({ noise: 6 }) },
  { name: 'slow change of light', pictures: 150, moment: (index) => ({ light: 1 - 0.5 * (index / 150) }) },
  {
    name: 'a block walks through as it gets dark',
    pictures: 80,
    moment: (index) => ({ ...walking(index), light: 1 - 0.3 * (index / 80) }),
  },
  { name: 'the light is switched off', pictures: 80, moment: (index) => ({ light: index < 40 ? 1 : 0.4 }) },
  { name: 'the light is switched on', pictures: 80, moment: (index) => ({ light: index < 40 ? 0.4 : 1 }) },
  {
    name: 'the camera shakes',
    pictures: 100,
    moment: (index) => (index < QUIET ? {} : { shake: shaken(4) }),
  },
  {
    name: 'a block walks through a shaken picture',
    pictures: 80,
    moment: (index) => ({ ...walking(index), ...(index % 3 === 0 ? { shake: shaken(3) } : {}) }),
  },
  {
    name: 'the camera is turned',
    pictures: 80,
    moment: (index) => ({ shake: { x: index < 40 ? 0 : 12, y: 0 } }),
  },
];

/** Verdicts of a detector over a scene, against what is known of it. */
function judge({ pictures, moment }: Scene, settings: MotionSettings = {}) {
  const detector = new MotionDetector(settings);
  const artist = new SceneArtist();
  const counts = { hit: 0, miss: 0, falseAlarm: 0, quiet: 0 };
  for (let index = 0; index < pictures; index += 1) {
    const now = moment(index);
    const isSeen = detector.detect(artist.draw(index, now)).regions.length > 0;
    if (now.block !== undefined) counts[isSeen ? 'hit' : 'miss'] += 1;
    else counts[isSeen ? 'falseAlarm' : 'quiet'] += 1;
  }
  return counts;
}

const shareOf = (part: number, rest: number): number => (part + rest === 0 ? 1 : part / (part + rest));

describe('MotionDetector', () => {
  describe('on scenes with known motion', () => {
    const rows: string[] = [];

    for (const scene of SCENES) {
      it(`is right about this: ${scene.name}`, () => {
        const { hit, miss, falseAlarm, quiet } = judge(scene);
        const precision = shareOf(hit, falseAlarm);
        const recall = shareOf(hit, miss);
        rows.push(
          `| ${scene.name} | ${hit} | ${miss} | ${falseAlarm} | ${quiet} | ${precision.toFixed(2)} | ${recall.toFixed(2)} |`,
        );
        expect(recall, 'recall').to.be.at.least(0.95);
        // A picture or two that still show where something was are no harm; an event needs more.
        expect(falseAlarm, 'false alarms').to.be.at.most(3);
      });
    }

    after(() => {
      console.log(
        '\n      | scene | hit | miss | false | quiet | precision | recall |\n      |---|---|---|---|---|---|---|',
      );
      for (const row of rows) console.log(`      ${row}`);
    });
  });

  it('reports where something moves', () => {
    const detector = new MotionDetector({});
    const artist = new SceneArtist();
    for (let index = 0; index < QUIET; index += 1) detector.detect(artist.draw(index, {}));
    const block = { x: 160, y: 60, width: 24, height: 48, level: 230 };
    const [region] = detector.detect(artist.draw(QUIET, { block })).regions;
    const [x, y, width, height] = (region?.box ?? []) as unknown as [number, number, number, number];
    expect(x * WIDTH).to.be.closeTo(block.x, 8);
    expect(y * HEIGHT).to.be.closeTo(block.y, 8);
    expect(width * WIDTH).to.be.closeTo(block.width, 10);
    expect(height * HEIGHT).to.be.closeTo(block.height, 10);
    expect(region?.area).to.be.closeTo((block.width * block.height) / (WIDTH * HEIGHT), 0.008);
  });

  it('sees nothing in a masked area, and all of what is outside of it', () => {
    const scene: Scene = { name: '', pictures: 60, moment: (index) => walking(index) };
    const lower: [number, number][] = [
      [0, 0.4],
      [1, 0.4],
      [1, 1],
      [0, 1],
    ];
    const upper: [number, number][] = [
      [0, 0],
      [1, 0],
      [1, 0.4],
      [0, 0.4],
    ];
    expect(judge(scene, { masks: [lower] })).to.include({ hit: 0, falseAlarm: 0 });
    expect(judge(scene, { masks: [upper] })).to.include({ miss: 0, falseAlarm: 0 });
  });

  it('sees only what is in a motion area where there is one, however small', () => {
    const scene: Scene = { name: '', pictures: 60, moment: (index) => walking(index) };
    expect(judge(scene, { motionAreas: [rectangle(0, 0, 1, 0.4)] })).to.include({ hit: 0, falseAlarm: 0 });
    expect(judge(scene, { motionAreas: [rectangle(0, 0.4, 1, 0.6)] })).to.include({ miss: 0, falseAlarm: 0 });
    // A door that the block fills as it passes is no change of the scene.
    const door = rectangle(0.3, 0.44, 0.06, 0.25);
    expect(judge(scene, { motionAreas: [door] }).hit).to.be.within(1, 8);
    const masked = { motionAreas: [rectangle(0, 0.4, 1, 0.6)], masks: [rectangle(0, 0.4, 1, 0.6)] };
    expect(judge(scene, masked).hit, 'a mask in a motion area').to.equal(0);
  });

  it('names the zones in which something moves, small ones too', () => {
    const zones = [
      { name: 'left', polygon: rectangle(0, 0, 0.5, 1) },
      { name: 'right', polygon: rectangle(0.5, 0, 0.5, 1) },
      { name: 'letter box', polygon: rectangle(0.25, 0.5, 0.02, 0.03) },
      { name: 'sky', polygon: rectangle(0, 0, 1, 0.3) },
    ];
    const detector = new MotionDetector({ zones });
    const artist = new SceneArtist();
    const namesAt = (index: number, x: number) => {
      const block = { x, y: 80, width: 24, height: 44, level: 230 };
      return detector.detect(artist.draw(index, { block })).regions.flatMap((region) => region.zones);
    };
    for (let index = 0; index < QUIET; index += 1) detector.detect(artist.draw(index, {}));
    expect(namesAt(QUIET, 20)).to.deep.equal(['left']);
    expect(namesAt(QUIET + 1, 76)).to.deep.equal(['left', 'letter box']);
    expect(namesAt(QUIET + 2, 148)).to.deep.equal(['left', 'right']);
    expect(namesAt(QUIET + 3, 240)).to.deep.equal(['right']);
  });

  it('measures what changes, in zones too and below the smallest area, where that is asked for', () => {
    const zones = [{ name: 'left', polygon: rectangle(0, 0, 0.5, 1) }];
    const detector = new MotionDetector({ zones, minArea: 0.1 });
    const artist = new SceneArtist();
    expect(detector.detect(artist.draw(0, {}), true)).to.include({ isLearning: true });
    for (let index = 1; index < QUIET; index += 1) detector.detect(artist.draw(index, {}));
    const block = { x: 144, y: 64, width: 32, height: 32, level: 230 };
    const verdict = detector.detect(artist.draw(QUIET, { block }), true);
    const area = (block.width * block.height) / (WIDTH * HEIGHT);
    expect(verdict.regions).to.deep.equal([]);
    expect(verdict.level?.area).to.be.closeTo(area, area / 5);
    expect(verdict.level?.zones[0]).to.be.closeTo(area / 2, area / 10);
    expect(detector.detect(artist.draw(QUIET + 1, { block })).level).to.equal(undefined);
  });

  it('leaves out what is smaller than the smallest area', () => {
    const scene: Scene = { name: '', pictures: 60, moment: (index) => walking(index) };
    expect(judge(scene, { minArea: 0.05 }).hit).to.equal(0);
  });

  it('sees fainter things the more sensitive it is', () => {
    const faint: Scene = {
      name: '',
      pictures: 50,
      moment: (index) =>
        index < QUIET ? {} : { block: { x: index * 3, y: 80, width: 60, height: 60, lift: 30 } },
    };
    expect(judge(faint, { sensitivity: 95 }).hit).to.be.greaterThan(judge(faint, { sensitivity: 1 }).hit);
  });

  it('takes what stays for background after a while', () => {
    const seconds = 150;
    const detector = new MotionDetector({});
    const artist = new SceneArtist();
    const parked = { x: 100, y: 60, width: 60, height: 40, level: 180 };
    const seen: boolean[] = [];
    for (let index = 0; index < seconds * FPS; index += 1) {
      const moment = index < QUIET ? {} : { block: parked };
      seen.push(detector.detect(artist.draw(index, moment)).regions.length > 0);
    }
    expect(seen[QUIET]).to.equal(true);
    expect(seen.at(-1)).to.equal(false);
  });

  it('starts over when the size of the picture changes', () => {
    const detector = new MotionDetector({});
    const artist = new SceneArtist();
    for (let index = 0; index < QUIET; index += 1) detector.detect(artist.draw(index, {}));
    const small = { width: 64, height: 36, pixels: new Uint8Array(64 * 36).fill(200), timestamp: 1010 };
    expect(detector.detect(small).regions).to.deep.equal([]);
  });
});
