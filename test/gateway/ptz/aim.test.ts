import { expect } from 'chai';
import { wayTo } from '../../../gateway/ptz/aim.ts';
import { View } from '../../../workers/simulator/ptz/view.ts';

describe('the way to a point of the picture', () => {
  it('is none for the middle', () => {
    const way = wayTo({ x: 0.5, y: 0.5 }, { fieldOfView: 60, aspect: 16 / 9, tilt: 20 });
    expect(way.pan).to.be.closeTo(0, 1e-9);
    expect(way.tilt).to.be.closeTo(0, 1e-9);
  });

  it('is half the field of view for the edge of a level view', () => {
    expect(wayTo({ x: 1, y: 0.5 }, { fieldOfView: 60, aspect: 16 / 9, tilt: 0 }).pan).to.be.closeTo(30, 1e-9);
  });

  for (const [pan, tilt, azimuth, elevation] of [
    [0, 0, 12, -5],
    [0, -30, 20, -20],
    [40, 60, 70, 50],
    [-100, -12, -120, 0],
  ] as const) {
    it(`brings what is at ${azimuth}°, ${elevation}° into the middle of a view to ${pan}°, ${tilt}°`, () => {
      const view = new View({ pan, tilt, zoom: 0 }, 1600, 900);
      const [x, y] = view.project(azimuth, elevation) as [number, number];
      const way = wayTo({ x: x / 1600, y: y / 900 }, { fieldOfView: 60.7, aspect: 16 / 9, tilt });
      expect(pan + way.pan).to.be.closeTo(azimuth, 1e-6);
      expect(tilt + way.tilt).to.be.closeTo(elevation, 1e-6);
    });
  }
});
