import { expect } from 'chai';
import { endOfAll, isWithin } from '../../../gateway/notifications/periods.ts';

/** 2026-05-04 is a Monday. */
const at = (day: number, hours: number, minutes = 0): Date => new Date(2026, 4, day, hours, minutes);

describe('Periods of notifications', () => {
  const night = { from: '22:00', to: '07:00' };
  const office = { days: ['mon', 'fri'] as ('mon' | 'fri')[], from: '09:00', to: '17:30' };

  it('begin at their first minute and are over at their last', () => {
    expect(isWithin([office], at(4, 8, 59))).to.equal(false);
    expect(isWithin([office], at(4, 9))).to.equal(true);
    expect(isWithin([office], at(4, 17, 29))).to.equal(true);
    expect(isWithin([office], at(4, 17, 30))).to.equal(false);
  });

  it('are on their days only', () => {
    expect(isWithin([office], at(5, 12))).to.equal(false);
    expect(isWithin([office], at(8, 12))).to.equal(true);
  });

  it('go on after midnight where they end earlier than they begin', () => {
    for (const time of [at(4, 22), at(5, 0), at(5, 6, 59)]) expect(isWithin([night], time)).to.equal(true);
    for (const time of [at(4, 21, 59), at(5, 7)]) expect(isWithin([night], time)).to.equal(false);
  });

  it('belong to the day on which they begin', () => {
    const friday = { ...night, days: ['fri' as const] };
    expect(isWithin([friday], at(9, 6))).to.equal(true);
    expect(isWithin([friday], at(8, 6))).to.equal(false);
  });

  it('end in the morning, for a time before midnight and one after it', () => {
    expect(endOfAll([night], at(4, 23))).to.deep.equal(at(5, 7));
    expect(endOfAll([night], at(5, 3))).to.deep.equal(at(5, 7));
  });

  it('end together where one follows another', () => {
    expect(endOfAll([night, { from: '06:30', to: '08:00' }], at(4, 23))).to.deep.equal(at(5, 8));
  });

  it('end never where they cover all days: the search stops', () => {
    const all = [
      { from: '00:00', to: '12:00' },
      { from: '12:00', to: '00:00' },
    ];
    expect(endOfAll(all, at(4, 1)).getTime()).to.be.greaterThan(at(5, 0).getTime());
  });

  describe('in the night in which clocks are set back', () => {
    const zone = process.env.TZ;
    before(() => {
      process.env.TZ = 'Europe/Berlin';
    });
    after(() => {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    });

    it('are over after the second of the two hours that are called the same', () => {
      // 2026-10-25, 02:15 for the second time: 01:15 UTC.
      const second = new Date('2026-10-25T01:15:00Z');
      const end = endOfAll([{ from: '22:00', to: '02:30' }], second);
      expect(end.toISOString()).to.equal('2026-10-25T01:30:00.000Z');
    });
  });
});
