import { expect } from 'chai';
import { clampBox, overlap } from '../../../../workers/analysis/camera/overlap.ts';
import { Tracker, TrackNumbers } from '../../../../workers/analysis/camera/tracker.ts';
import type { Box } from '../../../../workers/analysis/detectors/detector.ts';

const found = (box: Box, { label = 'person', score = 0.8 } = {}) => ({ label, score, box });

describe('Tracker', () => {
  let tracker: Tracker;
  beforeEach(() => {
    tracker = new Tracker(new TrackNumbers());
  });

  const idsAt = (seconds: number, ...boxes: Box[]) =>
    tracker
      .follow(
        boxes.map((box) => found(box)),
        seconds,
      )
      .map(({ trackId }) => trackId);

  it('keeps the number of what moves on', () => {
    expect(idsAt(0, [0.1, 0.1, 0.2, 0.4])).to.deep.equal([1]);
    expect(idsAt(0.2, [0.15, 0.1, 0.2, 0.4])).to.deep.equal([1]);
    expect(idsAt(0.4, [0.22, 0.12, 0.2, 0.4])).to.deep.equal([1]);
  });

  it('follows small things that move fast, whose boxes do not overlap', () => {
    expect(idsAt(0, [0.1, 0.5, 0.05, 0.1])).to.deep.equal([1]);
    expect(idsAt(0.2, [0.155, 0.5, 0.05, 0.1])).to.deep.equal([1]);
  });

  it('distinguishes two objects side by side, in any order', () => {
    const [left, right]: Box[] = [
      [0.1, 0.2, 0.2, 0.5],
      [0.5, 0.2, 0.2, 0.5],
    ];
    expect(idsAt(0, left as Box, right as Box)).to.deep.equal([1, 2]);
    expect(idsAt(0.2, right as Box, left as Box)).to.deep.equal([2, 1]);
  });

  it('gives a new number to what comes after a while, and to another label in the same place', () => {
    const box: Box = [0.1, 0.1, 0.2, 0.4];
    idsAt(0, box);
    expect(idsAt(1.9, box)).to.deep.equal([1]);
    expect(idsAt(5, box)).to.deep.equal([2]);
    expect(tracker.follow([found(box, { label: 'dog' })], 5.1)[0]?.trackId).to.equal(3);
  });

  it('puts the best first', () => {
    const objects = tracker.follow(
      [found([0, 0, 0.1, 0.1], { score: 0.3 }), found([0.5, 0.5, 0.1, 0.1], { score: 0.9 })],
      0,
    );
    expect(objects.map(({ score }) => score)).to.deep.equal([0.9, 0.3]);
  });
});

describe('Boxes', () => {
  it('overlap by the shared part of both', () => {
    expect(overlap([0, 0, 0.2, 0.2], [0, 0, 0.2, 0.2])).to.equal(1);
    expect(overlap([0, 0, 0.2, 0.2], [0.1, 0, 0.2, 0.2])).to.be.closeTo(1 / 3, 1e-9);
    expect(overlap([0, 0, 0.2, 0.2], [0.2, 0, 0.2, 0.2])).to.equal(0);
  });

  it('are cut to the picture', () => {
    expect(clampBox([-0.1, 0.9, 0.3, 0.3]).map((value) => Number(value.toFixed(3)))).to.deep.equal([
      0, 0.9, 0.2, 0.1,
    ]);
  });
});
