import { expect } from 'chai';
import { type CameraSet, decideMoves } from '../../../gateway/placement/fair-share.ts';
import type { Labels } from '../../../shared/worker-labels.ts';

const workers = (...capacities: number[]) =>
  capacities.map((capacity, index) => ({ name: `w${index}`, capacity, labels: {} }));
const keptOf = (...names: string[]) => new Set(names);

/** Cameras that ask for labels, by default for none. */
function setOf(counts: Record<string, number>, { orphans = 0, labels = '' } = {}): CameraSet {
  const total = orphans + Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { labels, counts: new Map(Object.entries(counts)), orphans, total };
}

describe('The fair share of a worker', () => {
  it('is claimed from cameras of no worker, by capacity', () => {
    const decision = decideMoves(workers(1, 3), [setOf({}, { orphans: 40 })], keptOf('w0', 'w1'));
    expect(decision.claims).to.deep.equal([
      { worker: 'w0', labels: '', count: 10 },
      { worker: 'w1', labels: '', count: 30 },
    ]);
  });

  it('is decided for the workers of this gateway alone', () => {
    const decision = decideMoves(workers(1, 1), [setOf({ w1: 4 }, { orphans: 6 })], keptOf('w0'));
    expect(decision).to.deep.equal({ claims: [{ worker: 'w0', labels: '', count: 5 }], returns: [] });
  });

  it('is exceeded by cameras that are given back, once no camera waits', () => {
    const returnsOf = (set: CameraSet) => decideMoves(workers(1, 1), [set], keptOf('w0')).returns;
    expect(returnsOf(setOf({ w0: 10 }))).to.deep.equal([{ worker: 'w0', labels: '', count: 5 }]);
    expect(returnsOf(setOf({ w0: 10 }, { orphans: 1 }))).to.deep.equal([]);
  });

  it('is reached in steps, so that cameras do not all move simultaneously', () => {
    const { returns } = decideMoves(workers(1, 1), [setOf({ w0: 1000 })], keptOf('w0'));
    expect(returns).to.deep.equal([{ worker: 'w0', labels: '', count: 167 }]);
  });
});

describe('The fair share of workers with labels', () => {
  const labelled = (...labels: Labels[]) =>
    labels.map((carried, index) => ({ name: `w${index}`, capacity: 1, labels: carried }));
  const BERLIN = 'site=berlin';

  it('is of the cameras alone whose labels they all carry', () => {
    const alive = labelled({ site: 'berlin', gpu: '1' }, { site: 'berlin' }, { site: 'ulm' });
    const sets = [
      setOf({}, { orphans: 10, labels: BERLIN }),
      setOf({}, { orphans: 3, labels: 'gpu=1,site=berlin' }),
    ];
    const { claims } = decideMoves(alive, sets, keptOf('w0', 'w1', 'w2'));
    expect(claims).to.have.deep.members([
      { worker: 'w0', labels: 'gpu=1,site=berlin', count: 3 },
      { worker: 'w0', labels: BERLIN, count: 4 },
      { worker: 'w1', labels: BERLIN, count: 7 },
    ]);
  });

  it('is evened out by cameras that may be anywhere', () => {
    const alive = labelled({ site: 'berlin' }, {}, {});
    const sets = [setOf({}, { orphans: 30 }), setOf({}, { orphans: 15, labels: BERLIN })];
    const { claims } = decideMoves(alive, sets, keptOf('w0', 'w1', 'w2'));
    expect(claims).to.have.deep.members([
      { worker: 'w0', labels: BERLIN, count: 15 },
      { worker: 'w1', labels: '', count: 15 },
      { worker: 'w2', labels: '', count: 15 },
    ]);
  });

  it('is nothing of cameras whose labels no worker carries', () => {
    const sets = [setOf({}, { orphans: 5, labels: BERLIN })];
    const decision = decideMoves(labelled({}, {}), sets, keptOf('w0', 'w1'));
    expect(decision).to.deep.equal({ claims: [], returns: [] });
  });

  it('is given back as a whole when a worker carries the labels no more, though others wait', () => {
    const sets = [setOf({ w0: 5 }, { orphans: 2, labels: BERLIN })];
    const { returns } = decideMoves(labelled({}, { site: 'berlin' }), sets, keptOf('w0', 'w1'));
    expect(returns).to.deep.equal([{ worker: 'w0', labels: BERLIN, count: 5 }]);
  });

  it('is left alone at rest', () => {
    const alive = labelled({ site: 'berlin' }, { site: 'berlin' }, {});
    const sets = [setOf({ w0: 4, w1: 3, w2: 7 }), setOf({ w0: 3, w1: 4 }, { labels: BERLIN })];
    const decision = decideMoves(alive, sets, keptOf('w0', 'w1', 'w2'));
    expect(decision).to.deep.equal({ claims: [], returns: [] });
  });
});
