import { expect } from 'chai';
import { VideoClock } from '../../../../../workers/rtsp/source/video/video-clock.ts';

/** Times of a pass of pictures that are given as [decoded, presented], 40 ms long each. */
function play(clock: VideoClock, pictures: readonly (readonly [number, number])[]): number[][] {
  clock.startPass(25);
  return pictures.map(([decodedAtMs, presentedAtMs]) => {
    const { dueMs, presentedMs } = clock.timesOf({ decodedAtMs, presentedAtMs, durationMs: 40 });
    return [dueMs, presentedMs];
  });
}

const UNKNOWN = { presentedAtMs: undefined, decodedAtMs: undefined, durationMs: undefined };

describe('VideoClock', () => {
  it('starts at 0 wherever the clock of the file starts', () => {
    const clock = new VideoClock();
    expect(play(clock, [[5000, 5000]])).to.deep.equal([[0, 0]]);
  });

  it('goes on without a gap when the file begins again', () => {
    const clock = new VideoClock();
    const pass = Array.from({ length: 10 }, (_, index) => [index * 40, index * 40] as const);
    play(clock, pass);
    expect(play(clock, pass).slice(0, 2)).to.deep.equal([
      [400, 400],
      [440, 440],
    ]);
  });

  it('keeps pictures in decoding order with their presentation times, and those above the pass before', () => {
    const clock = new VideoClock();
    const pass = [
      [-80, 0],
      [-40, 120],
      [0, 40],
      [40, 80],
      [80, 160],
    ] as const;
    expect(play(clock, pass)).to.deep.equal([
      [0, 80],
      [40, 200],
      [80, 120],
      [120, 160],
      [160, 240],
    ]);
    expect(play(clock, pass)[0]).to.deep.equal([200, 280]);
  });

  it('counts in steps of the announced rate where a file has no times', () => {
    const clock = new VideoClock();
    clock.startPass(10);
    expect([1, 2, 3].map(() => clock.timesOf(UNKNOWN).dueMs)).to.deep.equal([0, 100, 200]);
  });

  it('lets a picture follow the one before where the clock of the file jumps, back or far ahead', () => {
    const clock = new VideoClock();
    const pass = [
      [0, 0],
      [40, 40],
      [-9000, -9000],
      [-8960, -8960],
      [3_600_000, 3_600_000],
      [3_600_040, 3_600_040],
    ] as const;
    expect(play(clock, pass).map(([due]) => due)).to.deep.equal([0, 40, 80, 120, 160, 200]);
  });

  it('keeps a pause that a slow camera could make', () => {
    const clock = new VideoClock();
    const pass = [
      [0, 0],
      [3000, 3000],
    ] as const;
    expect(play(clock, pass).map(([due]) => due)).to.deep.equal([0, 3000]);
  });

  it('does not repeat a file of one picture more than five times a second', () => {
    const clock = new VideoClock();
    const starts = [1, 2, 3].map(() => play(clock, [[0, 0]])[0]?.[0]);
    expect(starts).to.deep.equal([0, 200, 400]);
  });
});
