import { expect } from 'chai';
import { decideMoves } from '../../../gateway/placement/fair-share.ts';

const workers = (...capacities: number[]) =>
  capacities.map((capacity, index) => ({ name: `w${index}`, capacity }));
const keptOf = (...names: string[]) => new Set(names);

describe('The fair share of a worker', () => {
  it('is claimed from cameras of no worker, by capacity', () => {
    const decision = decideMoves(workers(1, 3), {
      ...{ counts: new Map(), orphans: 40, total: 40 },
      kept: keptOf('w0', 'w1'),
    });
    expect(decision.claims).to.deep.equal([
      { worker: 'w0', count: 10 },
      { worker: 'w1', count: 30 },
    ]);
  });

  it('is decided for the workers of this gateway alone', () => {
    const decision = decideMoves(workers(1, 1), {
      ...{ counts: new Map([['w1', 4]]), orphans: 6, total: 10 },
      kept: keptOf('w0'),
    });
    expect(decision).to.deep.equal({ claims: [{ worker: 'w0', count: 5 }], returns: [] });
  });

  it('is exceeded by cameras that are given back, once no camera waits', () => {
    const facts = { counts: new Map([['w0', 10]]), total: 10, kept: keptOf('w0') };
    expect(decideMoves(workers(1, 1), { ...facts, orphans: 0 }).returns).to.deep.equal([
      { worker: 'w0', count: 5 },
    ]);
    expect(decideMoves(workers(1, 1), { ...facts, orphans: 1, total: 11 }).returns).to.deep.equal([]);
  });

  it('is reached in steps, so that cameras do not all move simultaneously', () => {
    const { returns } = decideMoves(workers(1, 1), {
      ...{ counts: new Map([['w0', 1000]]), orphans: 0, total: 1000 },
      kept: keptOf('w0'),
    });
    expect(returns).to.deep.equal([{ worker: 'w0', count: 167 }]);
  });
});
