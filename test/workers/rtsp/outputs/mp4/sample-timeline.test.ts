import { expect } from 'chai';
import { SampleTimeline, type SampleTimes } from '../../../../../workers/rtsp/outputs/mp4/sample-timeline.ts';

const FRAME = 3600;

function timelineOf(announcedFps: number | undefined = 25): SampleTimeline {
  const timeline = new SampleTimeline();
  timeline.restart({ announcedFps });
  return timeline;
}
const timesOf = (timeline: SampleTimeline, mediaTimes: readonly number[]): SampleTimes[] =>
  mediaTimes.map((ms) => timeline.next(ms));
/** Whether each picture begins where the one before it ends. */
const isGapless = (times: readonly SampleTimes[]): boolean =>
  times.every(({ decodeTime }, index) => {
    const before = times[index - 1];
    return before === undefined || decodeTime === before.decodeTime + before.duration;
  });
const shownAt = ({ decodeTime, compositionOffset }: SampleTimes): number => decodeTime + compositionOffset;

describe('SampleTimeline', () => {
  it('begins at zero, for any media time, and keeps a steady rate', () => {
    const times = timesOf(timelineOf(), [5000, 5040, 5080]);
    expect(times.map(({ decodeTime }) => decodeTime)).to.deep.equal([0, FRAME, 2 * FRAME]);
    expect(times.map(({ compositionOffset }) => compositionOffset)).to.deep.equal([0, 0, 0]);
  });

  it('leaves no gap when the rate varies', () => {
    const times = timesOf(timelineOf(), [0, 40, 75, 130, 160, 260]);
    expect(isGapless(times)).to.equal(true);
    expect(times.reduce((sum, { duration }) => sum + duration, 0)).to.equal((260 + 40) * 90);
  });

  it('continues at the usual rate after a pause of the camera, so that no viewer waits for what will not come', () => {
    const times = timesOf(timelineOf(), [0, 40, 80, 5080, 5120]);
    expect(isGapless(times)).to.equal(true);
    expect(times.at(3)?.duration).to.equal(FRAME);
  });

  it('goes on when the clock of the camera jumps back', () => {
    const times = timesOf(timelineOf(), [90_000, 90_040, 90_080, 10, 50]);
    expect(isGapless(times)).to.equal(true);
    expect(times.every(({ duration }) => duration > 0 && duration <= 2 * FRAME)).to.equal(true);
  });

  it('goes on over sessions', () => {
    const timeline = timelineOf();
    const before = timesOf(timeline, [0, 40]);
    timeline.restart({ announcedFps: 25 });
    expect(isGapless([...before, ...timesOf(timeline, [777_000, 777_040])])).to.equal(true);
  });

  it('takes the interval of a slow camera for what it is', () => {
    const times = timesOf(timelineOf(undefined), [0, 5000, 10_000, 15_000]);
    expect(times.slice(1).map(({ duration }) => duration)).to.deep.equal([450_000, 450_000, 450_000]);
  });

  it('learns the rate of a camera whose first pictures came far apart', () => {
    const later = Array.from({ length: 50 }, (_, index) => 2500 + index * 40);
    const times = timesOf(timelineOf(undefined), [0, 2500, ...later.slice(1)]);
    const span = times.slice(2).reduce((sum, { duration }) => sum + duration, 0);
    expect(span / 90).to.be.within(1000, 10_000);
    expect(times.at(-1)?.duration).to.be.within(FRAME * 0.9, FRAME * 1.1);
  });

  it('gives pictures of a burst the usual duration', () => {
    const times = timesOf(timelineOf(), [0, 40, 80, 80.3, 120]);
    expect(times.every(({ duration }) => duration > FRAME / 2)).to.equal(true);
  });

  it('draws near to media time again after a burst, too slowly to be seen', () => {
    const timeline = timelineOf();
    timesOf(timeline, [0, 40, 80, 80, 80]);
    const times = timesOf(
      timeline,
      Array.from({ length: 100 }, (_, index) => 120 + index * 40),
    );
    expect(times.every(({ duration }) => duration >= FRAME * 0.95)).to.equal(true);
    const span = times.reduce((sum, { duration }) => sum + duration, 0);
    expect(span / 90).to.be.closeTo(100 * 40 - 80, 10);
  });

  /** Decoding order I P B B: each P is shown after the two pictures that follow it. */
  const REORDERED = [0, 120, 40, 80, 240, 160, 200, 360, 280, 320, 480, 400, 440];

  for (const [known, depth] of [
    ['that are announced', 2],
    ['that only show in the times', undefined],
  ] as const) {
    it(`shows B-frames ${known} in their order, none before it is decoded`, () => {
      const timeline = timelineOf();
      timeline.setReorderDepth(depth);
      const times = timesOf(timeline, REORDERED);
      expect(isGapless(times)).to.equal(true);
      expect(times.every(({ compositionOffset }) => compositionOffset >= 0)).to.equal(true);
      const settled = times.slice(4);
      const order = settled
        .map((_, index) => index)
        .sort((a, b) => shownAt(settled[a] as SampleTimes) - shownAt(settled[b] as SampleTimes));
      expect(order.map((index) => REORDERED[index + 4])).to.deep.equal([
        160, 200, 240, 280, 320, 360, 400, 440, 480,
      ]);
    });
  }

  it('shows announced B-frames at the distances of their media times from the first on', () => {
    const timeline = timelineOf();
    timeline.setReorderDepth(2);
    const times = timesOf(timeline, REORDERED);
    const first = shownAt(times[0] as SampleTimes);
    expect(times.map((each) => (shownAt(each) - first) / 90)).to.deep.equal(REORDERED);
  });

  for (const announcedFps of [1e-7, 1e9]) {
    it(`does not believe ${announcedFps} pictures a second`, () => {
      const timeline = new SampleTimeline();
      timeline.restart({ announcedFps });
      expect(timeline.next(0).duration).to.be.within(360, 900_000);
    });
  }

  it('shows no picture more than seconds after it is decoded', () => {
    const timeline = new SampleTimeline();
    timeline.restart({ announcedFps: 25 });
    timeline.setReorderDepth(4);
    const offsets = [0, 40, 1e9, 80, 2e12, 120].map((ms) => timeline.next(ms).compositionOffset);
    expect(Math.max(...offsets)).to.be.at.most(900_000);
  });
});
