import { expect } from 'chai';
import { Haste } from '../../../../workers/rtsp/pictures/haste.ts';

const HOLD_MS = 10_000;
/** The decoder has worked without a pause for this long. */
const LONG_MS = 1000;

describe('Haste', () => {
  let haste: Haste;

  beforeEach(() => {
    haste = new Haste();
    haste.note(false, 0);
  });

  it('is not needed while pictures come in time', () => {
    for (let now = 0; now < 60_000; now += 33) haste.note(false, now);
    expect(haste.isHasty(60_000)).to.equal(false);
  });

  it('is not needed for a burst that is worked off', () => {
    for (let now = 0; now < 490; now += 10) haste.note(true, now);
    haste.note(false, 490);
    haste.note(true, 600);
    expect(haste.isHasty(600)).to.equal(false);
  });

  it('begins when decoding stays behind', () => {
    for (let now = 0; now <= 500; now += 10) haste.note(true, now);
    expect(haste.isHasty(500)).to.equal(true);
  });

  it('begins when packets were left out', () => {
    haste.noteGap(LONG_MS, 1000);
    expect(haste.isHasty(1000)).to.equal(true);
  });

  it('does not begin when they were left out of a burst', () => {
    haste.noteGap(100, 1000);
    expect(haste.isHasty(1000)).to.equal(false);
  });

  it('says nothing of one who has just begun and catches up', () => {
    haste.rest();
    for (let now = 0; now < 2000; now += 10) haste.note(true, now);
    haste.noteGap(LONG_MS, 2000);
    expect(haste.isHasty(2000)).to.equal(false);
  });

  it('ends after a while', () => {
    haste.noteGap(LONG_MS, 0);
    expect(haste.isHasty(HOLD_MS - 1)).to.equal(true);
    expect(haste.isHasty(HOLD_MS)).to.equal(false);
  });

  it('lasts twice as long each time that it ended too early, up to five minutes', () => {
    let now = 0;
    const lasted: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const begun = now;
      haste.noteGap(LONG_MS, now);
      while (haste.isHasty(now)) now += 1000;
      lasted.push((now - begun) / 1000);
    }
    expect(lasted).to.deep.equal([10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it('lasts as long as at first when exactness had held', () => {
    haste.noteGap(LONG_MS, 0);
    haste.noteGap(LONG_MS, HOLD_MS);
    const ended = HOLD_MS * 3;
    haste.noteGap(LONG_MS, ended + 30_000);
    expect(haste.isHasty(ended + 30_000 + HOLD_MS)).to.equal(false);
  });
});
