import { expect } from 'chai';
import { backoffMs } from '#shared/backoff.ts';

describe('backoffMs', () => {
  it('doubles up to its bound', () => {
    const options = { firstMs: 100, maxMs: 1000 };
    expect([0, 1, 2, 3, 4, 5000].map((before) => backoffMs(before, options))).to.deep.equal([
      100, 200, 400, 800, 1000, 1000,
    ]);
  });

  it('varies either way by the share asked for', () => {
    const options = { firstMs: 100, maxMs: 1000, jitter: 0.25 };
    const at = (random: number) => backoffMs(1, { ...options, random: () => random });
    expect([at(0), at(0.5), at(1)]).to.deep.equal([150, 200, 250]);
  });
});
