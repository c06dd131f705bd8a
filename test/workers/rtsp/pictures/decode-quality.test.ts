import { expect } from 'chai';
import { DecodeQuality } from '../../../../workers/rtsp/pictures/decode-quality.ts';

const HOLD_MS = 10_000;
/** The decoder has worked without a pause for this long. */
const LONG_MS = 1000;

describe('DecodeQuality', () => {
  let quality: DecodeQuality;

  /** Decodes a keyframe. @returns whether viewers get it in lower quality */
  function isOverloadedAt(now: number): boolean {
    quality.begin(true, now);
    return quality.isOverloaded;
  }

  describe('of viewers', () => {
    beforeEach(() => {
      quality = new DecodeQuality();
      quality.setDemand('all');
      quality.onDecoded(false, 0);
    });

    it('is full while pictures come in time', () => {
      for (let now = 0; now < 60_000; now += 33) quality.onDecoded(false, now);
      expect(isOverloadedAt(60_000)).to.equal(false);
    });

    it('is full after a burst that is worked off', () => {
      for (let now = 0; now < 490; now += 10) quality.onDecoded(true, now);
      quality.onDecoded(false, 490);
      quality.onDecoded(true, 600);
      expect(isOverloadedAt(600)).to.equal(false);
    });

    it('is lowered when decoding stays behind', () => {
      for (let now = 0; now <= 500; now += 10) quality.onDecoded(true, now);
      expect(isOverloadedAt(500)).to.equal(true);
    });

    it('is lowered when packets were left out', () => {
      quality.onGap(LONG_MS, 1000);
      expect(isOverloadedAt(1000)).to.equal(true);
    });

    it('is full when they were left out of a burst', () => {
      quality.onGap(100, 1000);
      expect(isOverloadedAt(1000)).to.equal(false);
    });

    it('is full for a viewer that has just begun and catches up', () => {
      quality.setDemand('none');
      quality.setDemand('all');
      for (let now = 0; now < 2000; now += 10) quality.onDecoded(true, now);
      quality.onGap(LONG_MS, 2000);
      expect(isOverloadedAt(2000)).to.equal(false);
    });

    it('is full again after a while', () => {
      quality.onGap(LONG_MS, 0);
      expect(isOverloadedAt(HOLD_MS - 1)).to.equal(true);
      expect(isOverloadedAt(HOLD_MS)).to.equal(false);
    });

    it('is full again from a keyframe on only: going back would cost more', () => {
      quality.onGap(LONG_MS, 0);
      quality.begin(true, 0);
      expect(quality.begin(false, HOLD_MS), 'skips the loop filter').to.equal(true);
      expect(quality.needsKeyframe(HOLD_MS)).to.equal(false);
      expect(quality.begin(true, HOLD_MS), 'skips the loop filter').to.equal(false);
    });

    it('stays low twice as long each time that this ended too early, up to five minutes', () => {
      let now = 0;
      const lasted: number[] = [];
      for (let round = 0; round < 8; round += 1) {
        const begun = now;
        quality.onGap(LONG_MS, now);
        while (isOverloadedAt(now)) now += 1000;
        lasted.push((now - begun) / 1000);
      }
      expect(lasted).to.deep.equal([10, 20, 40, 80, 160, 300, 300, 300]);
    });

    it('stays low as long as at first when full quality had held', () => {
      quality.onGap(LONG_MS, 0);
      quality.onGap(LONG_MS, HOLD_MS);
      const ended = HOLD_MS * 3;
      quality.onGap(LONG_MS, ended + 30_000);
      expect(isOverloadedAt(ended + 30_000 + HOLD_MS)).to.equal(false);
    });

    it('ends with the last viewer', () => {
      quality.onGap(LONG_MS, 0);
      expect(isOverloadedAt(0)).to.equal(true);
      quality.setDemand('none');
      expect(quality.isOverloaded).to.equal(false);
    });
  });

  it('is never lowered where no packet refers to another: those are left out', () => {
    quality = new DecodeQuality({ isIntraOnly: true });
    quality.setDemand('all');
    quality.onDecoded(false, 0);
    quality.onGap(LONG_MS, 0);
    expect(isOverloadedAt(0)).to.equal(false);
  });

  describe('of analysis', () => {
    beforeEach(() => {
      quality = new DecodeQuality();
      quality.setDemand('analysis');
    });

    it('skips the loop filter', () => {
      expect(quality.begin(true, 0)).to.equal(true);
      expect(quality.isOverloaded, 'viewers are not affected').to.equal(false);
    });

    it('goes back to the keyframe for a snapshot in full quality, and keeps it for a moment', () => {
      quality.begin(true, 0);
      quality.requestFull(0);
      expect(quality.needsKeyframe(0)).to.equal(true);
      expect(quality.begin(true, 0)).to.equal(false);
      expect(quality.needsKeyframe(1000)).to.equal(false);
      expect(quality.begin(false, 1000)).to.equal(false);
      expect(quality.begin(false, 2000)).to.equal(true);
    });
  });
});
