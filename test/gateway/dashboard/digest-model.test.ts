import { expect } from 'chai';
import { dayRange } from '../../../gateway/dashboard/browser/day.ts';
import { digestBars, digestRange, eventOfPicture } from '../../../gateway/dashboard/browser/digest-model.ts';

const NOW = new Date(2026, 10, 30, 14, 20).getTime();
const iso = (hour: number, minute: number) => new Date(Date.UTC(2026, 10, 30, hour, minute)).toISOString();

describe('The summary of the Events page', () => {
  for (const [period, from, to] of [
    ['hour', NOW - 3_600_000, NOW],
    ['today', dayRange('2026-11-30').from, NOW],
    ['2026-11-30', dayRange('2026-11-30').from, NOW],
    ['2026-11-28', dayRange('2026-11-28').from, dayRange('2026-11-28').to],
  ] as const) {
    it(`asks about the time of: ${period}`, () => {
      expect(digestRange(period, NOW)).to.deep.equal({ from, to });
    });
  }

  it('draws an hour by five minutes, those without events too', () => {
    const timeline = [{ at: iso(13, 25), events: 3, byKind: { motion: 3 } }];
    const bars = digestBars({ from: iso(13, 20), to: iso(14, 20), timeline });
    expect(bars.map(({ events }) => events)).to.deep.equal([0, 3, ...Array(10).fill(0)]);
  });

  it('draws a day by the hour', () => {
    const timeline = [{ at: iso(2, 0), events: 1, byKind: { person: 1 } }];
    const bars = digestBars({ from: iso(0, 0), to: iso(9, 30), timeline });
    expect(bars.map(({ events }) => events)).to.deep.equal([0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('links each picture to its event', () => {
    expect(eventOfPicture('/api/events/a%2Fb/snapshot')).to.equal('a/b');
  });
});
