import { expect } from 'chai';
import { kindsOf } from '../../../gateway/dashboard/browser/event-rows.ts';
import { nearestRecorded, stepBack } from '../../../gateway/dashboard/browser/recorded-time.ts';

const HOUR = 3_600_000;
const SPANS = [
  { from: 8 * HOUR, to: 9 * HOUR },
  { from: 12 * HOUR, to: 13 * HOUR },
];

describe('Times of a recording', () => {
  it('are themselves where there is a recording, else the nearest that is there', () => {
    expect(nearestRecorded(SPANS, 8.5 * HOUR)).to.equal(8.5 * HOUR);
    expect(nearestRecorded(SPANS, 7 * HOUR)).to.equal(8 * HOUR);
    expect(nearestRecorded(SPANS, 10 * HOUR)).to.equal(9 * HOUR - 500);
    expect(nearestRecorded(SPANS, 11 * HOUR)).to.equal(12 * HOUR);
    expect(nearestRecorded([], HOUR)).to.equal(undefined);
  });

  it('are reached backwards over a gap: a step leads to the end of what is before it', () => {
    expect(stepBack(SPANS, 12.5 * HOUR, HOUR / 4)).to.equal(12.25 * HOUR);
    expect(stepBack(SPANS, 12 * HOUR, HOUR / 4)).to.equal(9 * HOUR - 2000);
    expect(stepBack(SPANS, 12 * HOUR, 6 * HOUR)).to.equal(8 * HOUR);
    expect(stepBack([], 12 * HOUR, HOUR)).to.equal(11 * HOUR);
  });

  it('have a row for each kind of event, always in the same order', () => {
    const events = ['watch', 'crossing', 'person', 'motion', 'person'].map((kind) => ({ kind }));
    expect(kindsOf(events)).to.deep.equal(['motion', 'person', 'watch', 'crossing']);
  });
});
