/** Speeds that keep a moving object in the middle: a PI controller per axis with a dead zone and limits. */
import type { Turn } from './ptz-link.ts';

/** How fast a camera is taken to turn at full speed, degrees a second; what it does differently, the controller evens out. */
const FULL_SPEED: Turn = { pan: 90, tilt: 60 };
/** Per degree of error: an answer in half a second would overshoot above 1. */
const PROPORTIONAL = 0.8;
/** Per degree and second: makes up for an object that keeps moving. */
const INTEGRAL = 0.35;
/** Of the field of view; an object within it needs no move unless it walks on. */
const DEAD_ZONE = 0.06;
/** Looks that are further apart say nothing of what was between them. */
const MAX_STEP_S = 1;
/** Share of the newest look in the position that is steered by. */
const SMOOTHING = 0.7;
/** From a command to the first picture that shows its effect: network, motors, exposure, encoding. */
const EFFECT_MS = 150;
/** Older pictures are not steered by. */
const MEMORY_MS = 5000;
const AXES = ['pan', 'tilt'] as const;

/** Steers by one look after another. */
export class Steering {
  readonly #limit: number;
  readonly #sum: Turn = { pan: 0, tilt: 0 };
  /** What was sent, oldest first. */
  #sent: { at: number; speed: Turn }[] = [];
  #smooth: Turn | undefined;
  #at = 0;

  /** @param limit share of full speed that is never exceeded */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Remembers a command: a picture taken before its effect is judged by what the camera did since. */
  sent(speed: Turn, at: number): void {
    this.#sent = [...this.#sent.filter((one) => at - one.at < MEMORY_MS), { at, speed }];
  }

  /**
   * Speeds as shares of full speed.
   * @param seen degrees from the middle of the picture to the object
   * @param at milliseconds of the picture @param now milliseconds
   */
  steer(seen: Turn, fieldOfView: number, at: number, now: number): Turn {
    const turned = this.#turnedSince(at - EFFECT_MS, now - EFFECT_MS);
    const error = { pan: seen.pan - turned.pan, tilt: seen.tilt - turned.tilt };
    const seconds =
      this.#smooth === undefined ? 0 : Math.min(MAX_STEP_S, Math.max(0, (at - this.#at) / 1000));
    this.#at = at;
    this.#smooth = smoothed(this.#smooth, error);
    const speed: Turn = { pan: 0, tilt: 0 };
    for (const axis of AXES) {
      const off = this.#smooth[axis];
      const most = (this.#limit * FULL_SPEED[axis]) / INTEGRAL;
      // The sum is what the object's own speed needs; it fades once the object stands in the middle.
      const isCentred = Math.abs(off) < fieldOfView * DEAD_ZONE;
      this.#sum[axis] = Math.min(
        most,
        Math.max(-most, this.#sum[axis] * (isCentred ? 0.8 : 1) + off * seconds),
      );
      const wanted = (isCentred ? 0 : PROPORTIONAL * off) + INTEGRAL * this.#sum[axis];
      const share = Math.min(this.#limit, Math.max(-this.#limit, wanted / FULL_SPEED[axis]));
      speed[axis] = Math.abs(share) < MIN_SHARE ? 0 : share;
    }
    return speed;
  }

  /** Degrees that the commands of a time make. */
  #turnedSince(from: number, to: number): Turn {
    const turned: Turn = { pan: 0, tilt: 0 };
    for (const [index, { at, speed }] of this.#sent.entries()) {
      const until = this.#sent[index + 1]?.at ?? to;
      const seconds = Math.max(0, Math.min(until, to) - Math.max(at, from)) / 1000;
      for (const axis of AXES) turned[axis] += speed[axis] * FULL_SPEED[axis] * seconds;
    }
    return turned;
  }

  /** Forgets the object. */
  reset(): void {
    this.#smooth = undefined;
    Object.assign(this.#sum, { pan: 0, tilt: 0 });
  }
}

/** Cameras have some twenty steps; less than half of one is none. */
const MIN_SHARE = 0.02;

function smoothed(before: Turn | undefined, now: Turn): Turn {
  if (before === undefined) return { ...now };
  const mix = (axis: keyof Turn): number => before[axis] * (1 - SMOOTHING) + now[axis] * SMOOTHING;
  return { pan: mix('pan'), tilt: mix('tilt') };
}
