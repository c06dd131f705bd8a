import { expect } from 'chai';
import { formatRows, verdict } from './table.ts';

const SEEN = {
  ...{ gapMs: 6400, camera: '7', twiceMs: 0, noneMs: 6200 },
  ...{ acknowledged: 120, refused: 2, lastRefusal: 'no', lost: [] },
};

describe('The table of faults of a cluster', () => {
  it('shows what was seen of each case', () => {
    const [, row] = formatRows([verdict({ name: 'worker: kill', maxGapMs: 10_000 }, SEEN)]);
    expect(row?.split(/ {2,}/)).to.deep.equal([
      'worker: kill',
      ...['6.4 s', '0.0 s', '6.2 s', '120 (2 no)', '0', 'ok'],
    ]);
  });

  it('says which bound was broken', () => {
    const bad = { ...SEEN, twiceMs: 2500, lost: ['camera 1 is a, not b'] };
    const { problem } = verdict({ name: 'database: kill', maxGapMs: 2000 }, bad);
    expect(problem).to.equal(
      'no video of camera 7 for 6.4 s, more than 2.0 s; a camera was read twice for 2.5 s, more than 2.0 s; camera 1 is a, not b',
    );
  });

  it('fails a case in which nothing could be written', () => {
    const { problem } = verdict({ name: 'nothing', maxGapMs: 10_000 }, { ...SEEN, acknowledged: 0 });
    expect(problem).to.equal('no write was acknowledged');
  });
});
