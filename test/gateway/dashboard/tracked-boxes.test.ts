import { expect } from 'chai';
import type { DetectedObject } from '#shared/client/frame.ts';

/** Imported by a variable name: the module needs the types of browsers. */
const MODULE: string = '../../../gateway/dashboard/browser/elements/tracked-boxes.ts';
const { TrackedBoxes } = (await import(MODULE)) as {
  TrackedBoxes: new () => {
    take(seen: { cameraId: string; timestamp: number; objects: DetectedObject[] }): void;
    at(time: number): { label: string; box: number[]; opacity: number }[];
  };
};

const person = (x: number, trackId = 1): DetectedObject => ({
  label: 'person',
  score: 0.9,
  box: [x, 0.2, 0.1, 0.4],
  trackId,
});
const motion = (box: DetectedObject['box']): DetectedObject => ({
  label: 'motion',
  score: 1,
  box,
  trackId: 9,
});

describe('The boxes over a picture', () => {
  const seen = (timestamp: number, ...objects: DetectedObject[]) => ({ cameraId: '1', timestamp, objects });

  it('are where their objects are by the time of the picture, not where they were seen', () => {
    const boxes = new TrackedBoxes();
    boxes.take(seen(10, person(0.1)));
    boxes.take(seen(10.5, person(0.2)));
    const [left] = boxes.at(10.75)[0]?.box ?? [];
    expect(left).to.be.within(0.22, 0.25);
    expect(boxes.at(10.5)[0]?.box[0]).to.equal(0.2);
  });

  it('do not move for an object that was seen once', () => {
    const boxes = new TrackedBoxes();
    boxes.take(seen(10, person(0.1)));
    expect(boxes.at(10.6)[0]?.box[0]).to.equal(0.1);
  });

  it('fade when nothing newer comes, and go with an empty list', () => {
    const boxes = new TrackedBoxes();
    boxes.take(seen(10, person(0.1)));
    expect(boxes.at(10.5)[0]?.opacity).to.equal(1);
    expect(boxes.at(11.3)[0]?.opacity).to.be.within(0.3, 0.8);
    expect(boxes.at(12)).to.deep.equal([]);
    boxes.take(seen(12.1));
    expect(boxes.at(12.1)).to.deep.equal([]);
  });

  it('leave out the motion of an object that was recognised, and draw other motion below', () => {
    const boxes = new TrackedBoxes();
    boxes.take(seen(10, person(0.1), motion([0.05, 0.15, 0.2, 0.5])));
    expect(boxes.at(10).map(({ label }) => label)).to.deep.equal(['person']);
    boxes.take(seen(10.1, person(0.1), motion([0.7, 0.2, 0.1, 0.1])));
    expect(boxes.at(10.1).map(({ label }) => label)).to.deep.equal(['motion', 'person']);
  });
});
