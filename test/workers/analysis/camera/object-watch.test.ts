import { expect } from 'chai';
import type { Zone } from '#shared/contract/zone.ts';
import type { AnalysisSettings } from '#shared/detections-settings.ts';
import { ObjectWatch } from '../../../../workers/analysis/camera/object-watch.ts';
import { TrackNumbers } from '../../../../workers/analysis/camera/tracker.ts';
import type { Finding } from '../../../../workers/analysis/detectors/detector.ts';
import { rectangle } from '../../../support/polygons.ts';

const EVERY_MS = 200;
const PERSON: Finding = { label: 'person', score: 0.8, box: [0.4, 0.2, 0.1, 0.4] };

describe('A watch for persons', () => {
  function watch(settings: Partial<AnalysisSettings> = {}, zones: Zone[] = []): ObjectWatch {
    return new ObjectWatch({
      cameraId: '1',
      kind: 'person',
      settings: { motion: true, persons: true, faces: false, ...settings },
      zones,
      numbers: new TrackNumbers(),
      notify: () => {},
      everyMs: EVERY_MS,
    });
  }

  function pass(each: ObjectWatch, frames: number): void {
    for (let index = 0; index < frames; index += 1) each.countFrame();
  }

  it('looks while something moves, as often as pictures come', () => {
    const persons = watch();
    expect(persons.isDue(true, 0)).to.equal(true);
    persons.begin(0);
    expect(persons.isDue(true, EVERY_MS - 1)).to.equal(false);
    expect(persons.isDue(true, EVERY_MS)).to.equal(true);
  });

  it('does not search without motion', () => {
    const persons = watch();
    pass(persons, 1000);
    expect(persons.isDue(false, 1_000_000)).to.equal(false);
  });

  it('looks every so many seconds without motion where asked', () => {
    const persons = watch({ everySeconds: 10 });
    persons.begin(0);
    expect(persons.isDue(false, 9_999)).to.equal(false);
    expect(persons.isDue(false, 10_000)).to.equal(true);
  });

  it('looks at every Nth picture without motion where asked', () => {
    const persons = watch({ everyFrames: 3 });
    for (let round = 0; round < 3; round += 1) {
      pass(persons, 2);
      expect(persons.isDue(false, round)).to.equal(false);
      pass(persons, 1);
      expect(persons.isDue(false, round)).to.equal(true);
      persons.begin(round);
    }
  });

  const take = (persons: ObjectWatch) => persons.take([PERSON], { jpeg: Buffer.alloc(0), timestamp: 1 });

  it('names the zones that a person stands in, by the middle of the lower edge of the box', () => {
    const zones = [
      { name: 'Feet', polygon: rectangle(0.4, 0.5, 0.1, 0.2) },
      { name: 'Head', polygon: rectangle(0.4, 0.1, 0.1, 0.2) },
      { name: 'Ground', polygon: rectangle(0, 0.5, 1, 0.5) },
    ];
    expect(take(watch({}, zones)).map(({ zones: names }) => names)).to.deep.equal([['Feet', 'Ground']]);
  });

  it('sees no person who stands in a mask, one who reaches into it all the same', () => {
    expect(take(watch({ masks: [rectangle(0.4, 0.5, 0.1, 0.2)] }))).to.deep.equal([]);
    expect(take(watch({ masks: [rectangle(0.4, 0.1, 0.1, 0.2)] }))).to.have.length(1);
  });

  it('looks for persons outside of motion areas, too', () => {
    expect(take(watch({ motionAreas: [rectangle(0.8, 0.8, 0.1, 0.1)] }))).to.have.length(1);
  });

  it('searches once a second for a person who stands still', () => {
    const persons = watch();
    for (const timestamp of [1, 1.2]) persons.take([PERSON], { jpeg: Buffer.alloc(0), timestamp });
    persons.begin(0);
    expect(persons.isDue(false, 999)).to.equal(false);
    expect(persons.isDue(false, 1000)).to.equal(true);
  });
});
