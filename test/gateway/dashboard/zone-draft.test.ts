import { expect } from 'chai';
import { DraftHistory } from '../../../gateway/dashboard/browser/draft-history.ts';
import { areaAt, areaText, levelText, placeOf } from '../../../gateway/dashboard/browser/motion-words.ts';
import type { ShownCamera } from '../../../gateway/dashboard/browser/status.ts';
import {
  areaFaultOf,
  type DrawnArea,
  isSameDraft,
  movedBy,
  newArea,
  withCorner,
  withCornerAfter,
  withMovedCorner,
  withoutCorner,
  zonesChangesOf,
  zonesDraftOf,
} from '../../../gateway/dashboard/browser/zone-draft.ts';
import { rectangle } from '../../support/polygons.ts';

const GATE = { name: 'Gate', polygon: rectangle(0.1, 0.1, 0.2, 0.2) };
const MASK = rectangle(0.5, 0.5, 0.2, 0.2);
const cameraWith = (change: object): ShownCamera =>
  ({
    id: 'yard',
    zones: [GATE],
    analysis: { motion: true, persons: true, faces: false, everySeconds: 5, masks: [MASK] },
    ...change,
  }) as unknown as ShownCamera;

describe('What is drawn of a camera', () => {
  const camera = cameraWith({});
  const draft = zonesDraftOf(camera);

  it('is what is stored, with the usual settings where there are none', () => {
    expect(draft).to.deep.include({ sensitivity: 50, minArea: 0.003 });
    expect(draft.areas.map(({ kind, name }) => [kind, name])).to.deep.equal([
      ['zone', 'Gate'],
      ['mask', ''],
    ]);
  });

  it('is stored as it was where nothing is changed, with the switches of before', () => {
    const { zones, analysis } = JSON.parse(JSON.stringify(zonesChangesOf(draft, camera)));
    expect(zones).to.deep.equal([GATE]);
    expect(analysis).to.deep.equal(camera.analysis);
  });

  it('stores areas by their purpose, names without blanks around, and settings that were changed', () => {
    const areas = draft.areas.map((area) => ({ ...area, kind: 'motion' as const }));
    const zone = { ...newArea(areas, 'zone'), name: ' Street ' };
    const changed = { areas: [...areas, zone], sensitivity: 70, minArea: 0.01 };
    const { zones, analysis } = zonesChangesOf(changed, camera);
    expect(zones?.map(({ name }) => name)).to.deep.equal(['Street']);
    expect(analysis).to.deep.include({ sensitivity: 70, minArea: 0.01, motionAreas: [GATE.polygon, MASK] });
    expect(analysis).to.not.have.property('masks');
    expect(isSameDraft(changed, draft)).to.equal(false);
    expect(isSameDraft({ ...draft, areas: [...draft.areas] }, draft)).to.equal(true);
  });

  it('names new zones by free numbers', () => {
    const first = newArea(draft.areas, 'zone');
    expect(first.name).to.equal('Zone 1');
    expect(newArea([...draft.areas, first], 'zone').name).to.equal('Zone 2');
  });

  it('says why an area cannot be stored', () => {
    const zone = newArea(draft.areas, 'zone');
    const faultOf = (change: Partial<DrawnArea>) => areaFaultOf({ ...zone, ...change }, draft.areas);
    expect(faultOf({})).to.equal(undefined);
    expect(faultOf({ name: ' ' })).to.include('name');
    expect(faultOf({ name: 'GATE' })).to.include('Another zone');
    const [a, b, c, d] = zone.polygon as [
      [number, number],
      [number, number],
      [number, number],
      [number, number],
    ];
    expect(faultOf({ polygon: [a, c, b, d] })).to.include('sides cross');
  });
});

describe('A polygon that is drawn', () => {
  const square = rectangle(0.2, 0.2, 0.4, 0.4);

  it('gets a corner on the nearest side, or in the middle of one', () => {
    expect(withCorner(square, [0.65, 0.4])).to.deep.equal(square.toSpliced(2, 0, [0.65, 0.4]));
    expect(withCorner(square, [0.1, 0.4])).to.deep.equal([...square, [0.1, 0.4]]);
    expect(withCornerAfter(square, 3).at(-1)?.[0]).to.equal(0.2);
  });

  it('keeps its corners in the picture, and three of them', () => {
    expect(withMovedCorner(square, 0, [-1, 2])[0]).to.deep.equal([0, 1]);
    expect(withoutCorner(withoutCorner(square, 0), 0)).to.have.length(3);
  });

  it('keeps its shape at the edge when it is moved', () => {
    const moved = movedBy(square, 9, -9);
    expect(moved.map(([x]) => x).sort()).to.deep.equal([0.6, 0.6, 1, 1]);
    expect(moved.map(([, y]) => y).sort()).to.deep.equal([0, 0, 0.4, 0.4]);
  });
});

describe('The history of a draft', () => {
  it('undoes changes of one gesture together, others one by one', () => {
    const history = new DraftHistory(0);
    for (const value of [1, 2, 3]) history.change(value, 'drag');
    history.pause();
    history.change(4, 'drag');
    history.change(5);
    history.change(6);
    const seen = [];
    while (history.canUndo) {
      history.undo();
      seen.push(history.now);
    }
    expect(seen).to.deep.equal([5, 4, 3, 0]);
  });
});

describe('The meter of motion', () => {
  const level = {
    cameraId: '1',
    timestamp: 1,
    state: 'moving' as const,
    area: 0.02,
    minArea: 0.003,
    zones: [],
  };

  it('has one scale for what moves and for the least area, there and back', () => {
    for (const area of [0.0001, 0.003, 0.05, 0.5]) expect(areaAt(placeOf(area))).to.equal(area);
    expect([placeOf(0), placeOf(1)]).to.deep.equal([0, 1]);
    expect([areaText(0.003), areaText(0.025), areaText(0.4)]).to.deep.equal(['0.30 %', '2.5 %', '40 %']);
  });

  it('says whether what moves counts with the least area as it is drawn', () => {
    expect(levelText(level, 0.01)).to.equal('2.0 % moves: counts as motion');
    expect(levelText(level, 0.03)).to.equal('2.0 % moves: too little to count');
    expect(levelText({ ...level, area: 0 }, 0.03)).to.equal('Nothing moves');
    expect(levelText({ ...level, state: 'learning' }, 0.03)).to.include('Learning');
    expect(levelText({ ...level, state: 'scene-change' }, 0.03)).to.include('not motion');
  });
});
