import { expect } from 'chai';
import { centreObject, centrePoint } from '../../../gateway/ptz/centring.ts';
import type { PtzState, Turn } from '../../../gateway/ptz/ptz-link.ts';
import type { Sighting } from '../../../gateway/ptz/sight.ts';
import { View } from '../../../workers/simulator/ptz/view.ts';
import { rejection } from '../../support/errors.ts';

/** A camera that turns by `gain` times what it is told, before an object at a direction. */
function stage({
  azimuth,
  elevation = -8,
  gain = 1,
}: {
  azimuth: number;
  elevation?: number;
  gain?: number;
}) {
  const pose = { pan: 0, tilt: -12, zoom: 0 };
  const turns: Turn[] = [];
  const state = (): PtzState => ({
    kind: 'onvif',
    absolute: true,
    relative: true,
    focus: false,
    home: true,
    namedPresets: true,
    degrees: { pan: [-170, 170], tilt: [-30, 90] },
    moving: false,
    position: { pan: pose.pan / 170, tilt: ((pose.tilt + 30) / 120) * 2 - 1, zoom: 0 },
    fieldOfView: 60.7,
  });
  const link = {
    state: async () => state(),
    turn: async (turn: Turn) => {
      turns.push(turn);
      pose.pan += turn.pan * gain;
      pose.tilt += turn.tilt * gain;
    },
  };
  const see = (): Sighting[] => {
    const at = new View(pose, 1600, 900).project(azimuth, elevation);
    if (at === undefined) return [];
    const [x, y] = [at[0] / 1600, at[1] / 900];
    return x < 0 || x > 1 || y < 0 || y > 1 ? [] : [{ x, y, height: 0.2 }];
  };
  const sight = { look: async () => ({ takenAt: Date.now(), sightings: see() }) };
  const { signal } = new AbortController();
  return { pose, turns, see, options: { cameraId: '1', link, sight, signal } };
}

describe('Centring', () => {
  it('turns once where range and lens are as set', async () => {
    const { options, turns, see } = stage({ azimuth: 22 });
    const { centred, moves, offset } = await centreObject('car', 0.05, options);
    expect({ centred, moves, turns: turns.length }).to.deep.equal({ centred: true, moves: 1, turns: 1 });
    expect(Math.abs(offset?.x ?? 1)).to.be.lessThan(0.01);
    expect(see()[0]?.x).to.be.closeTo(0.5, 0.01);
  });

  for (const gain of [0.4, 0.6, 1.7, 2.2]) {
    it(`corrects a camera that turns ${gain} times the way that it is told`, async () => {
      const { options, see } = stage({ azimuth: 14, gain });
      const { centred } = await centreObject('car', 0.05, options);
      expect(centred).to.equal(true);
      expect(see()[0]?.x).to.be.closeTo(0.5, 0.05);
    });
  }

  it('does not move for an object in the middle', async () => {
    const { options, turns } = stage({ azimuth: 0, elevation: -12 });
    expect(await centreObject('car', 0.05, options)).to.deep.include({ centred: true, moves: 0 });
    expect(turns).to.deep.equal([]);
  });

  it('says that an object is not in the picture', async () => {
    const { options, turns } = stage({ azimuth: 120 });
    expect(await rejection(centreObject('car', 0.05, options))).to.include({ code: 'object-not-seen' });
    expect(turns).to.deep.equal([]);
  });

  it('says where an object was that is gone after the move', async () => {
    const { options } = stage({ azimuth: 22 });
    let looks = 0;
    const sight = {
      look: async () => {
        looks += 1;
        return looks === 1 ? await options.sight.look() : { takenAt: 0, sightings: [] };
      },
    };
    const result = await centreObject('car', 0.05, { ...options, sight });
    expect(result).to.include({ centred: false, moves: 1 });
    expect(result.offset?.x).to.be.greaterThan(0.1);
  });

  it('turns to a point of the picture', async () => {
    const { options, pose } = stage({ azimuth: 0 });
    await centrePoint({ x: 1, y: 0.5 }, options);
    expect(pose.pan).to.be.within(29, 32);
  });
});
