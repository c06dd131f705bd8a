import { expect } from 'chai';
import { Steering } from '../../../gateway/ptz/steering.ts';

const FIELD = 60;
const STEP_MS = 200;

/** A camera that sees late: `delay` looks pass before a turn shows. @returns errors in degrees, look by look */
function simulate(
  steering: Steering,
  {
    target,
    looks,
    delay = 2,
    fullSpeed = 90,
  }: {
    target: (seconds: number) => number;
    looks: number;
    delay?: number;
    fullSpeed?: number;
  },
): number[] {
  const poses: number[] = [0];
  const errors: number[] = [];
  for (let look = 0; look < looks; look += 1) {
    const seconds = (look * STEP_MS) / 1000;
    const seenFrom = poses[Math.max(0, poses.length - 1 - delay)] as number;
    const seenAt = Math.max(0, seconds - (delay * STEP_MS) / 1000);
    const [at, now] = [seenAt * 1000, seconds * 1000];
    const speed = steering.steer({ pan: target(seenAt) - seenFrom, tilt: 0 }, FIELD, at, now);
    steering.sent(speed, now);
    const { pan } = speed;
    poses.push((poses.at(-1) as number) + (pan * fullSpeed * STEP_MS) / 1000);
    errors.push(target(seconds) - (poses.at(-1) as number));
  }
  return errors;
}

const insideShare = (errors: number[]): number =>
  errors.filter((error) => Math.abs(error) < FIELD / 2).length / errors.length;

describe('Steering', () => {
  it('stands still for an object in the middle', () => {
    expect(new Steering(1).steer({ pan: 1, tilt: -1 }, FIELD, 0, 0)).to.deep.equal({ pan: 0, tilt: 0 });
  });

  it('turns towards an object off the middle, never faster than allowed', () => {
    const { pan, tilt } = new Steering(0.3).steer({ pan: 200, tilt: -20 }, FIELD, 0, 0);
    expect(pan).to.equal(0.3);
    expect(tilt).to.be.lessThan(0);
  });

  it('comes to rest on an object that stands, although it sees late', () => {
    const errors = simulate(new Steering(0.5), { target: () => 25, looks: 60 });
    expect(errors.slice(-10).every((error) => Math.abs(error) < FIELD * 0.1)).to.equal(true);
  });

  it('keeps a walker in the picture that it sees a second late', () => {
    const walk = (seconds: number) => 50 * Math.sin((seconds * 2 * Math.PI) / 30);
    const errors = simulate(new Steering(0.5), { target: walk, looks: 300, delay: 5 });
    expect(insideShare(errors)).to.be.at.least(0.98);
  });

  for (const fullSpeed of [45, 90, 180]) {
    it(`keeps a walker in the picture on a camera of ${fullSpeed}° a second`, () => {
      const walk = (seconds: number) => 50 * Math.sin((seconds * 2 * Math.PI) / 30);
      const errors = simulate(new Steering(0.5), { target: walk, looks: 300, fullSpeed });
      expect(insideShare(errors)).to.be.at.least(0.98);
    });
  }

  it('forgets the speed of an object that was lost', () => {
    const steering = new Steering(0.5);
    simulate(steering, { target: (seconds) => 20 * seconds, looks: 30 });
    steering.reset();
    expect(steering.steer({ pan: 0, tilt: 0 }, FIELD, 100_000, 100_000)).to.deep.equal({ pan: 0, tilt: 0 });
  });
});
