import { expect } from 'chai';
import { nextDelayMs } from '#shared/client/backoff.ts';
import { isNews, stateOf, type WatchFacts } from '#shared/client/watch-state.ts';

const FAULT = { code: 'camera-unreachable', message: 'No answer', hint: 'Check the address' };

function facts(change: Partial<WatchFacts>): WatchFacts {
  return { isClosed: false, isPaused: false, ageMs: undefined, fps: 15, fault: undefined, ...change };
}

describe('The state of a watch', () => {
  for (const [kind, given] of [
    ['connecting', {}],
    ['live', { ageMs: 3000 }],
    ['stale', { ageMs: 3001 }],
    ['live', { ageMs: 20_000, fps: 0.1 }],
    ['live', { ageMs: 100, fault: FAULT }],
    ['offline', { ageMs: 3001, fault: FAULT }],
    ['offline', { fault: FAULT }],
    ['paused', { ageMs: 100, isPaused: true }],
    ['closed', { ageMs: 100, isPaused: true, isClosed: true }],
  ] as const) {
    it(`is ${kind} for ${JSON.stringify(given)}`, () => {
      expect(stateOf(facts(given)).kind).to.equal(kind);
    });
  }

  it('gives the reason only while it is offline', () => {
    expect(stateOf(facts({ fault: FAULT })).fault).to.deep.equal(FAULT);
    expect(stateOf(facts({ ageMs: 1, fault: FAULT })).fault).to.equal(undefined);
  });

  it('is news when its kind, its fault or the second of its age changes, and not with every frame', () => {
    const live = stateOf(facts({ ageMs: 10 }));
    const stale = stateOf(facts({ ageMs: 4000 }));
    expect(isNews(live, stateOf(facts({ ageMs: 1500 })))).to.equal(false);
    expect(isNews(live, stale)).to.equal(true);
    expect(isNews(stale, stateOf(facts({ ageMs: 4900 })))).to.equal(false);
    expect(isNews(stale, stateOf(facts({ ageMs: 5000 })))).to.equal(true);
    expect(isNews(stale, stateOf(facts({ ageMs: 4000, fault: FAULT })))).to.equal(true);
  });
});

describe('The pause before another try', () => {
  it('is between 0.5 s and a bound that doubles from 1 s to 15 s', () => {
    const bounds = [0, 1, 2, 3, 4, 50].map((failures) => nextDelayMs(failures, () => 1));
    expect(bounds).to.deep.equal([1000, 2000, 4000, 8000, 15_000, 15_000]);
    expect(nextDelayMs(50, () => 0)).to.equal(500);
  });
});
