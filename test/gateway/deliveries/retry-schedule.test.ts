import { expect } from 'chai';
import { MAX_ATTEMPTS, parseRetryAfter, retryDelayMs } from '../../../gateway/deliveries/retry-schedule.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-11-21T16:00:00Z');

/** Every wait of a delivery that always fails. */
function waits(random: () => number): number[] {
  return Array.from({ length: MAX_ATTEMPTS }, (_, index) =>
    retryDelayMs({ attempts: index + 1, random }),
  ).filter((ms) => ms !== undefined);
}

describe('The retry schedule', () => {
  it('makes ten attempts over 24 hours, the second after 5 s and the third 5 min after the first', () => {
    const [second, third, ...others] = waits(() => 0);
    expect([second, third]).to.deep.equal([5000, 295_000]);
    expect(others).to.have.length(7);
    expect(waits(() => 0).reduce((sum, ms) => sum + ms, 0)).to.equal(24 * HOUR_MS);
  });

  it('spreads what failed together: each wait is up to a fifth shorter', () => {
    const longest = waits(() => 0);
    expect(waits(() => 1)).to.deep.equal(longest.map((ms) => Math.round(ms * 0.8)));
    expect(waits(() => 0.5)).to.deep.equal(longest.map((ms) => Math.round(ms * 0.9)));
  });

  it('has no further attempt after the last', () => {
    expect(retryDelayMs({ attempts: MAX_ATTEMPTS, random: Math.random })).to.equal(undefined);
    expect(retryDelayMs({ attempts: 1000, random: Math.random })).to.equal(undefined);
  });

  it('never comes back before Retry-After, nor earlier than planned because of it', () => {
    for (const share of [0, 0.5, 1]) {
      const random = () => share;
      expect(retryDelayMs({ attempts: 1, retryAfterMs: 30_000, random })).to.be.within(30_000, 33_000);
      expect(retryDelayMs({ attempts: 3, retryAfterMs: 30_000, random })).to.equal(
        retryDelayMs({ attempts: 3, random }),
      );
    }
  });

  it('waits for no Retry-After longer than a day', () => {
    expect(retryDelayMs({ attempts: 1, retryAfterMs: 1e15, random: () => 0 })).to.equal(24 * HOUR_MS);
  });

  it('reads Retry-After as seconds and as an HTTP date', () => {
    expect(parseRetryAfter('30', NOW)).to.equal(30_000);
    expect(parseRetryAfter(' 0 ', NOW)).to.equal(0);
    expect(parseRetryAfter('Sat, 21 Nov 2026 16:01:00 GMT', NOW)).to.equal(60_000);
    expect(parseRetryAfter('Saturday, 21-Nov-26 16:01:00 GMT', NOW)).to.equal(60_000);
    expect(parseRetryAfter('Sat, 21 Nov 2026 15:00:00 GMT', NOW)).to.equal(0);
  });

  it('ignores a Retry-After that is neither', () => {
    for (const value of [undefined, '', '-5', '1.5', 'soon', 'Sat, yesterday', '2027-01-01', '99999-01']) {
      expect(parseRetryAfter(value, NOW), String(value)).to.equal(undefined);
    }
  });
});
