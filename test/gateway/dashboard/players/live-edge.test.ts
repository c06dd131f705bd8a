import { expect } from 'chai';
import { LiveEdge } from '../../../../gateway/dashboard/browser/players/live-edge.ts';

const FRAME_S = 1 / 30;

/** A video that is played while pictures come, as often as `every` says. */
class Playback {
  #now = 0;
  readonly #edge = new LiveEdge(() => this.#now);
  start = 0;
  end: number;
  at: number;
  rate = 1;
  jumps = 0;
  /** Seconds in which nothing was left to play. */
  stood = 0;

  constructor({ end, at }: { end: number; at: number }) {
    [this.end, this.at] = [end, at];
    this.#follow();
  }

  get behind(): number {
    return this.end - this.at;
  }

  /** Media is added every `every` seconds, as much as was recorded meanwhile. */
  run(seconds: number, every = FRAME_S): this {
    for (let passed = 0; passed < seconds; passed += every) {
      this.#now += every * 1000;
      const played = Math.min(every * this.rate, this.behind);
      this.stood += every - played / this.rate;
      this.at += played;
      this.end += every;
      this.#follow();
    }
    return this;
  }

  /** The network stands still; what was held up comes all together. */
  stop(seconds: number): this {
    return this.run(seconds, seconds);
  }

  #follow(): void {
    const { jumpTo, rate } = this.#edge.follow(this);
    this.rate = rate;
    if (jumpTo === undefined) return;
    this.at = jumpTo;
    this.jumps += 1;
  }
}

describe('The live edge of a video', () => {
  it('is where a video begins, not at the last keyframe', () => {
    const playback = new Playback({ end: 1.4, at: 0 });
    expect(playback.jumps).to.equal(1);
    expect(playback.behind).to.be.closeTo(0.3, 0.01);
  });

  it('is left alone by a video that is close to it', () => {
    const playback = new Playback({ end: 0.3, at: 0 }).run(60);
    expect(playback.rate).to.equal(1);
    expect(playback.jumps).to.equal(0);
    expect(playback.behind).to.be.closeTo(0.3, 0.05);
  });

  it('is caught up with, without a jump, after the network stood still', () => {
    const playback = new Playback({ end: 0.3, at: 0 }).run(5).stop(1.4);
    expect(playback.behind).to.be.greaterThan(1.3);
    playback.run(4);
    expect(playback.rate).to.equal(1.1);
    playback.run(15);
    expect([playback.rate, playback.jumps]).to.deep.equal([1, 0]);
    expect(playback.behind).to.be.below(0.5);
  });

  it('is jumped to by a video that is far behind', () => {
    const playback = new Playback({ end: 0.3, at: 0 }).run(5).stop(3);
    expect(playback.jumps).to.equal(1);
    expect(playback.behind).to.be.closeTo(0.3, 0.01);
  });

  it('is jumped to by a video that plays what is not there any more', () => {
    const playback = new Playback({ end: 1, at: 0.8 }).run(2);
    playback.start = playback.end + 1;
    playback.end += 2;
    playback.run(FRAME_S);
    expect(playback.jumps).to.equal(1);
    expect(playback.at).to.be.greaterThan(playback.start);
  });

  it('is kept away from where media comes in bursts: the video never stands still for being too close', () => {
    const playback = new Playback({ end: 0.3, at: 0 }).run(3).stop(1);
    const before = playback.stood;
    playback.run(60, 0.6);
    expect(playback.jumps).to.equal(0);
    expect(playback.stood - before).to.be.below(0.01);
  });
});
