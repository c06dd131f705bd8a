import { expect } from 'chai';
import type { DetectedObject, EventMessage } from '#shared/detections.ts';
import { Observation } from '../../../../workers/analysis/camera/observation.ts';

const LIMITS = { sightings: 2, holdMs: 3000, withinMs: 1000 };
const seen = (score = 0.6, trackId = 1): DetectedObject[] => [
  { label: 'person', score, box: [0, 0, 0.1, 0.1], trackId },
];

describe('An observation', () => {
  let told: EventMessage[];
  let observation: Observation;

  beforeEach(() => {
    told = [];
    observation = new Observation({
      cameraId: '1',
      kind: 'person',
      limits: LIMITS,
      notify: (message) => told.push(message),
    });
  });

  it('begins with the second sighting in a row, as of the first', () => {
    observation.look(seen(), 1000);
    expect(told).to.deep.equal([]);
    observation.look(seen(), 1200);
    expect(told).to.have.length(1);
    expect(told[0]?.event).to.include({ cameraId: '1', kind: 'person', label: 'person', score: 0.6 });
    expect(told[0]?.event).to.include({ startedAt: 1000, endedAt: null });
  });

  it('does not begin with sightings that are far apart', () => {
    for (const at of [1000, 3000, 5000]) observation.look(seen(), at);
    expect(told).to.deep.equal([]);
  });

  it('bridges a gap, and ends after a while as of the last sighting', () => {
    for (const at of [1000, 1200]) observation.look(seen(), at);
    observation.look([], 1400);
    observation.look(seen(), 3000);
    observation.look([], 5900);
    expect(told.at(-1)?.event.endedAt).to.equal(null);
    observation.look([], 6000);
    expect(told.at(-1)?.event).to.include({ startedAt: 1000, endedAt: 3000 });
    expect(observation.isOpen).to.equal(false);
    for (const at of [7000, 7200]) observation.look(seen(), at);
    expect(told.at(-1)?.event.id).to.not.equal(told[0]?.event.id);
  });

  it('updates an ongoing event at intervals, with the best score and all track ids', () => {
    for (let at = 1000; at <= 13_000; at += 200)
      observation.look(seen(at === 4000 ? 0.9 : 0.6, at < 5000 ? 1 : 2), at);
    expect(told).to.have.length(3);
    expect(told.at(-1)?.event.score).to.equal(0.9);
    expect(told.at(-1)?.event.data).to.deep.include({ trackIds: [1, 2], most: 1 });
  });

  it('passes a picture on only when what it shows is larger or more certain than before', () => {
    const still = (name: string) => ({ jpeg: Buffer.from(name), timestamp: 2 });
    const sized = (score: number, side: number): DetectedObject[] => [
      { label: 'person', score, box: [0, 0, side, side], trackId: 1 },
    ];
    expect(observation.wantsPicture(sized(1, 1)), 'before it began').to.equal(false);
    for (const at of [1000, 1200]) observation.look(seen(), at);
    observation.offerPicture(still('first'), sized(0.6, 0.2));
    observation.offerPicture(still('nothing in it'), []);
    observation.offerPicture(still('less certain'), sized(0.5, 0.2));
    observation.offerPicture(still('smaller'), sized(0.6, 0.1));
    observation.offerPicture(still('hardly better'), sized(0.61, 0.2));
    observation.offerPicture(still('larger'), sized(0.6, 0.3));
    observation.offerPicture(still('more certain'), sized(0.9, 0.3));
    const pictures = told.flatMap(({ picture }) => (picture === undefined ? [] : [picture]));
    expect(pictures.map(({ jpeg }) => Buffer.from(jpeg, 'base64').toString())).to.deep.equal([
      'first',
      'larger',
      'more certain',
    ]);
    expect(pictures.at(-1)).to.deep.include({ takenAt: 2000, objects: sized(0.9, 0.3) });
  });

  it('names every zone that it was in, and tells of a new one immediately', () => {
    const inZones = (...zones: string[]) => seen().map((object) => ({ ...object, zones }));
    observation.look(seen(), 1000);
    observation.look(inZones('Drive'), 1200);
    observation.look(inZones('Drive'), 1400);
    observation.look(inZones('Drive', 'Door'), 1600);
    observation.look(seen(), 1800);
    observation.close();
    expect(told.map(({ event }) => event.zones)).to.deep.equal([
      ['Drive'],
      ['Drive', 'Door'],
      ['Drive', 'Door'],
    ]);
  });

  it('ends what goes on when it is closed', () => {
    for (const at of [1000, 1200]) observation.look(seen(), at);
    observation.close();
    expect(told.at(-1)?.event.endedAt).to.equal(1200);
    observation.close();
    expect(told).to.have.length(2);
  });
});
