import { expect } from 'chai';
import { Pacer } from '../../../../workers/rtsp/pictures/pacer.ts';

/** Media times that a pacer takes out of `seconds` of a camera. */
function taken(
  pacer: Pacer,
  { fps, seconds, jitterMs = 0 }: { fps: number; seconds: number; jitterMs?: number },
): number[] {
  const times = Array.from(
    { length: fps * seconds },
    (_, index) => (index * 1000) / fps + (index % 3) * jitterMs,
  );
  return times.filter((time) => pacer.take(time));
}

describe('Pacer', () => {
  it('says whether a picture is due without taking it', () => {
    const pacer = new Pacer(10);
    expect([pacer.isDue(0), pacer.isDue(0)]).to.deep.equal([true, true]);
    pacer.take(0);
    expect([pacer.isDue(40), pacer.isDue(100)]).to.deep.equal([false, true]);
  });

  it('takes the first picture immediately', () => {
    expect(new Pacer(0.1).take(123_456)).to.equal(true);
  });

  for (const [camera, wanted] of [
    [30, 15],
    [25, 15],
    [30, 10],
    [15, 15],
    [30, 1],
  ] as const) {
    it(`thins ${camera} fps out to ${wanted} without drifting`, () => {
      const count = taken(new Pacer(wanted), { fps: camera, seconds: 20 }).length;
      expect(count).to.be.within(wanted * 20 - 1, wanted * 20 + 1);
    });
  }

  it('takes every picture of a camera slower than the wish', () => {
    expect(taken(new Pacer(60), { fps: 5, seconds: 4 })).to.have.length(20);
  });

  it('keeps an even pace when pictures come unevenly', () => {
    const times = taken(new Pacer(15), { fps: 30, seconds: 10, jitterMs: 8 });
    expect(times).to.have.length.within(149, 151);
  });

  it('makes no burst after a pause', () => {
    const pacer = new Pacer(10);
    pacer.take(0);
    expect([5000, 5033, 5066, 5100].filter((time) => pacer.take(time))).to.deep.equal([5000, 5100]);
  });

  it('goes on when the camera sets its clock anew', () => {
    const pacer = new Pacer(10);
    pacer.take(1_000_000);
    expect(pacer.take(0)).to.equal(true);
    expect(pacer.take(33)).to.equal(false);
  });
});
