import { expect } from 'chai';
import { paintStreet, paintWalker, walkerAzimuth } from '../../../../workers/simulator/ptz/street.ts';
import { View } from '../../../../workers/simulator/ptz/view.ts';
import { Canvas } from '../../../../workers/simulator/scenes/canvas.ts';

const SIZE = [640, 360] as const;

function paint(pose: { pan: number; tilt: number; zoom: number }, seconds = 0): Buffer {
  const canvas = new Canvas(...SIZE);
  const view = new View(pose, ...SIZE);
  paintStreet(canvas, view);
  paintWalker(canvas, view, seconds);
  return Buffer.from(canvas.bytes);
}

describe('the view of the simulated PTZ camera', () => {
  it('shows what it looks at in its middle', () => {
    const view = new View({ pan: 70, tilt: -10, zoom: 0.4 }, ...SIZE);
    const [x, y] = view.project(70, -10) as [number, number];
    expect(x).to.be.closeTo(320, 1e-6);
    expect(y).to.be.closeTo(180, 1e-6);
  });

  it('spans its field of view from edge to edge', () => {
    const view = new View({ pan: 0, tilt: 0, zoom: 0 }, ...SIZE);
    expect(view.project(-30.35, 0)?.[0]).to.be.closeTo(0, 0.01);
    expect(view.project(30.35, 0)?.[0]).to.be.closeTo(640, 0.01);
  });

  it('does not show what is behind it', () => {
    expect(new View({ pan: 0, tilt: 0, zoom: 0 }, ...SIZE).project(180, 0)).to.equal(undefined);
  });

  it('moves what is in it to the left when it pans to the right', () => {
    const before = new View({ pan: 0, tilt: 0, zoom: 0 }, ...SIZE).project(10, 0)?.[0] as number;
    const after = new View({ pan: 5, tilt: 0, zoom: 0 }, ...SIZE).project(10, 0)?.[0] as number;
    expect(after).to.be.lessThan(before);
  });

  for (const pose of [
    { pan: -170, tilt: 0, zoom: 0 },
    { pan: 170, tilt: 90, zoom: 1 },
    { pan: 0, tilt: -30, zoom: 1 },
  ]) {
    it(`can be drawn at ${JSON.stringify(pose)}`, () => {
      expect(paint(pose).length).to.equal(640 * 360 * 1.5);
    });
  }

  it('differs from direction to direction', () => {
    expect(paint({ pan: 0, tilt: 0, zoom: 0 }).equals(paint({ pan: 20, tilt: 0, zoom: 0 }))).to.equal(false);
  });

  it('has a person who walks to and fro', () => {
    expect(walkerAzimuth(0)).to.equal(-50);
    expect(walkerAzimuth(15)).to.be.closeTo(50, 1e-9);
    const pose = { pan: -50, tilt: -12, zoom: 0 };
    expect(paint(pose, 0).equals(paint(pose, 10))).to.equal(false);
  });
});
