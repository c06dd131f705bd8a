import { expect } from 'chai';
import { MediaClock } from '../../../../../workers/rtsp/source/rtsp/media-clock.ts';

const INTERVAL_MS = 40;

/** Media times of pictures that arrive every 40 ms. @param rtpMs RTP time of each */
function timesOf(count: number, rtpMs: (index: number) => number): number[] {
  const clock = new MediaClock();
  return Array.from({ length: count }, (_, index) => clock.timeOf(rtpMs(index), 1000 + index * INTERVAL_MS));
}
const arrivalOf = (index: number): number => 1000 + index * INTERVAL_MS;
const steps = (times: readonly number[]): number[] =>
  times.slice(1).map((time, index) => time - (times[index] as number));

describe('MediaClock', () => {
  it('keeps the intervals of a camera whose clock is right, from any start', () => {
    const times = timesOf(50, (index) => 777_000 + index * INTERVAL_MS);
    expect(times).to.deep.equal(times.map((_, index) => arrivalOf(index)));
  });

  it('smooths arrivals that jitter', () => {
    const clock = new MediaClock();
    const times = Array.from({ length: 50 }, (_, index) =>
      clock.timeOf(index * INTERVAL_MS, arrivalOf(index) + (index % 3) * 15),
    );
    expect(steps(times).every((step) => Math.abs(step - INTERVAL_MS) < 0.001)).to.equal(true);
  });

  it('keeps the intervals of pictures that the network held back for a second', () => {
    const clock = new MediaClock();
    const times = Array.from({ length: 100 }, (_, index) => {
      const isHeld = index >= 50 && index < 75;
      return clock.timeOf(index * INTERVAL_MS, isHeld ? arrivalOf(75) + index / 10 : arrivalOf(index) + 8);
    });
    expect(steps(times).every((step) => Math.abs(step - INTERVAL_MS) < 0.001)).to.equal(true);
  });

  it('keeps the intervals of a session that begins with a burst', () => {
    const clock = new MediaClock();
    const times = Array.from({ length: 60 }, (_, index) =>
      clock.timeOf(index * INTERVAL_MS, Math.max(1100 + index / 10, arrivalOf(index))),
    );
    expect(steps(times).every((step) => Math.abs(step - INTERVAL_MS) < 0.001)).to.equal(true);
  });

  it('gives pictures with B-frames the distances of their RTP times', () => {
    const shown = [0, 120, 40, 80, 240, 160, 200, 360, 280, 320, 480, 400, 440];
    const times = timesOf(shown.length, (index) => shown[index] as number);
    expect(times.map((time) => Math.round(time - 1000))).to.deep.equal(shown);
  });

  for (const [what, rtpMs] of [
    ['stands still', () => 5],
    ['counts in another unit', (index: number) => index / 90],
    ['counts far too fast', (index: number) => index * 4000],
    ['runs backwards', (index: number) => -index * INTERVAL_MS],
    ['is random', (index: number) => (index * 7_919_317) % 47_721_858],
    ['is set back by 8 s', (index: number) => index * INTERVAL_MS - (index > 20 ? 8000 : 0)],
    ['is set forward by an hour', (index: number) => index * INTERVAL_MS + (index > 20 ? 3_600_000 : 0)],
    ['moves in steps of a second', (index: number) => Math.floor(index / 25) * 1000],
  ] as const) {
    it(`goes on at the rate of arrival when the clock of the camera ${what}`, () => {
      const times = timesOf(200, rtpMs);
      expect(steps(times.slice(20)).every((step) => step > 0)).to.equal(true);
      const apart = times.map((time, index) => Math.abs(time - arrivalOf(index)));
      expect(Math.max(...apart)).to.be.at.most(500);
    });
  }

  for (const [what, factor] of [
    ['twice as fast', 2],
    ['half as fast', 0.5],
    ['ten per cent faster', 1.1],
  ] as const) {
    it(`stays near arrival when the clock of the camera runs ${what}`, () => {
      const times = timesOf(500, (index) => index * INTERVAL_MS * factor);
      expect(Math.abs((times.at(-1) as number) - arrivalOf(499))).to.be.at.most(500);
    });
  }

  it('is not ahead of the first pictures of a camera whose clock counts microseconds', () => {
    const times = timesOf(50, (index) => (index * INTERVAL_MS * 1000) / 90);
    const ahead = times.map((time, index) => time - arrivalOf(index));
    expect(Math.max(...ahead)).to.be.at.most(INTERVAL_MS);
  });

  it('keeps the intervals of a camera whose pictures come five together', () => {
    const clock = new MediaClock();
    const times = Array.from({ length: 150 }, (_, index) =>
      clock.timeOf(index * INTERVAL_MS, arrivalOf(Math.floor(index / 5) * 5) + (index % 5)),
    );
    const late = times.map((time, index) => Math.abs(time - arrivalOf(index)));
    expect(Math.max(...late)).to.be.at.most(2 * INTERVAL_MS);
  });

  it('follows both clocks through a pause', () => {
    const at = (index: number): number => index * INTERVAL_MS + (index > 20 ? 3000 : 0);
    const clock = new MediaClock();
    const times = Array.from({ length: 40 }, (_, index) => clock.timeOf(at(index), 1000 + at(index)));
    expect(times).to.deep.equal(times.map((_, index) => 1000 + at(index)));
  });

  it('learns the rate after a burst', () => {
    const clock = new MediaClock();
    for (let index = 0; index < 30; index += 1) clock.timeOf(5, 1000 + index * 0.1);
    const times = Array.from({ length: 50 }, (_, index) => clock.timeOf(5, 1003 + (index + 1) * INTERVAL_MS));
    expect(steps(times.slice(10)).every((step) => step > INTERVAL_MS / 2)).to.equal(true);
  });
});
