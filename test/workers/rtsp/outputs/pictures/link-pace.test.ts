import { expect } from 'chai';
import { LinkPace } from '../../../../../workers/rtsp/outputs/pictures/link-pace.ts';

/** A link by itself: a way of some length, and before it a queue that leaves at some rate. */
class Way {
  rttMs: number;
  readonly #bytesPerMs: number;
  readonly #events: { at: number; run: () => void }[] = [];
  #freeAt = 0;
  now = 0;

  constructor({ rttMs, mbits }: { rttMs: number; mbits: number }) {
    this.rttMs = rttMs;
    this.#bytesPerMs = (mbits * 1000) / 8;
  }

  /** Sends bytes behind what waits; `onAnswer` is called when the answer is back. */
  send(bytes: number, onAnswer: () => void): void {
    this.#freeAt = Math.max(this.now, this.#freeAt) + bytes / this.#bytesPerMs;
    this.at(this.#freeAt + this.rttMs, onAnswer);
  }

  at(at: number, run: () => void): void {
    this.#events.push({ at, run });
  }

  runUntil(end: number): void {
    for (;;) {
      this.#events.sort((a, b) => a.at - b.at);
      const next = this.#events[0];
      if (next === undefined || next.at > end) return;
      this.#events.shift();
      this.now = next.at;
      next.run();
    }
  }
}

/** Offers pictures of some subscriptions for a minute. @returns how long each took from offer to answer, in the second half */
function watch(way: Way, { bytes, fps, subscriptions = 1 }: Record<string, number>): number[] {
  const took: number[] = [];
  const pace = new LinkPace({ ping: () => way.send(10, () => pace.roundTrip()), now: () => way.now });
  for (let at = 0; at < 60_000; at += 1000 / (fps as number))
    for (let id = 1; id <= subscriptions; id += 1)
      way.at(at, () =>
        pace.offer(id, () =>
          way.send(bytes as number, () => {
            if (way.now > 30_000) took.push(way.now - at);
            pace.acknowledge();
          }),
        ),
      );
  way.runUntil(60_000);
  return took;
}

describe('The pace of a link', () => {
  it('gives every picture where there is room, over a long way too', () => {
    for (const rttMs of [1, 40, 300]) {
      const took = watch(new Way({ rttMs, mbits: 50 }), { bytes: 50_000, fps: 15 });
      expect(took.length, `${rttMs} ms`).to.be.greaterThan(440);
      expect(Math.max(...took), `${rttMs} ms`).to.be.lessThan(rttMs + 80);
    }
  });

  it('gives every picture soon after the way became longer', () => {
    const way = new Way({ rttMs: 2, mbits: 50 });
    way.at(20_000, () => {
      way.rttMs = 300;
    });
    expect(watch(way, { bytes: 50_000, fps: 15 }).length).to.be.greaterThan(440);
  });

  it('lowers the rate and not the freshness where the link is narrow', () => {
    // A picture takes 400 ms: two and a half a second are possible, and none can be fresher.
    const took = watch(new Way({ rttMs: 40, mbits: 2 }), { bytes: 100_000, fps: 15 });
    expect(took.length).to.be.greaterThan(60);
    expect(Math.max(...took)).to.be.lessThan(2 * 440);
  });

  it('shares a narrow link among subscriptions, each with its newest picture', () => {
    const took = watch(new Way({ rttMs: 40, mbits: 2 }), { bytes: 25_000, fps: 15, subscriptions: 4 });
    expect(took.length).to.be.greaterThan(200);
    expect(Math.max(...took)).to.be.lessThan(600);
  });

  it('sends no picture of a subscription that ended', () => {
    const sent: number[] = [];
    const pace = new LinkPace({ ping: () => {}, now: () => 0 });
    for (let id = 1; id <= 4; id += 1) pace.offer(id, () => sent.push(id));
    pace.drop(3);
    pace.acknowledge();
    pace.acknowledge();
    expect(sent).to.deep.equal([1, 2, 4]);
  });

  it('says when a picture is dropped for a newer one', () => {
    const pace = new LinkPace({ ping: () => {}, now: () => 0 });
    const offers = [1, 1, 1, 1].map((id) => pace.offer(id, () => {}));
    expect(offers).to.deep.equal([false, false, false, true]);
  });
});
