/** The motors of the simulated PTZ camera: they take commands and need time to follow. */

/** Degrees to the right and up; zoom from 0 (wide) to 1 (tele). */
export interface Pose {
  pan: number;
  tilt: number;
  zoom: number;
}

type Axis = keyof Pose;

/** What an axis can do, per second where it is a speed. */
interface Limits {
  min: number;
  max: number;
  speed: number;
}

/** Ends and speeds as of a common 20× conference camera. */
export const LIMITS: Readonly<Record<Axis, Limits>> = {
  pan: { min: -170, max: 170, speed: 90 },
  tilt: { min: -30, max: 90, speed: 60 },
  zoom: { min: 0, max: 1, speed: 0.4 },
};
/** Field of view at zoom 0, degrees, and by how much the lens magnifies at zoom 1. */
export const LENS = { widest: 60.7, magnification: 20 };

const AXES: readonly Axis[] = ['pan', 'tilt', 'zoom'];
const HOME: Readonly<Pose> = { pan: 0, tilt: -12, zoom: 0 };

/** One mount. Time is handed in, so that positions follow from it alone. */
export class Mount {
  readonly presets = new Map<string, Pose & { name: string }>();
  readonly #now: () => number;
  readonly #pose: Pose = { ...HOME };
  /** Per axis: full speed is ±1, or the way to a target. */
  readonly #orders = new Map<Axis, { speed: number } | { target: number }>();
  #updatedAt: number;

  /** @param now monotonic milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#updatedAt = now();
  }

  /** Where it looks now. */
  get pose(): Readonly<Pose> {
    this.#update();
    return { ...this.#pose };
  }

  get isMoving(): boolean {
    this.#update();
    return this.#orders.size > 0;
  }

  /** Moves the axes that are named at a share of full speed, −1 to 1, until they are stopped. */
  drive(speeds: Partial<Pose>): void {
    this.#order(speeds, (speed) => (speed === 0 ? undefined : { speed }));
  }

  /** Travels to a position; axes that are left out keep what they do. */
  travelTo(pose: Partial<Pose>): void {
    this.#order(pose, (target, { min, max }) => ({ target: clamp(target, min, max) }));
  }

  /** Travels by a distance from where it is. */
  travelBy(distance: Partial<Pose>): void {
    this.#update();
    this.#order(distance, (way, { min, max }, axis) => ({
      target: clamp(this.#pose[axis] + way, min, max),
    }));
  }

  home(): void {
    this.travelTo(HOME);
  }

  /** Stops the axes that are named, or all. */
  stop(axes: readonly Axis[] = AXES): void {
    this.#update();
    for (const axis of axes) this.#orders.delete(axis);
  }

  #order(
    values: Partial<Pose>,
    toOrder: (
      value: number,
      limits: Limits,
      axis: Axis,
    ) => { speed: number } | { target: number } | undefined,
  ): void {
    this.#update();
    for (const axis of AXES) {
      const value = values[axis];
      if (value === undefined) continue;
      const order = toOrder(value, LIMITS[axis], axis);
      if (order === undefined) this.#orders.delete(axis);
      else this.#orders.set(axis, order);
    }
  }

  #update(): void {
    const now = this.#now();
    const seconds = (now - this.#updatedAt) / 1000;
    this.#updatedAt = now;
    for (const [axis, order] of this.#orders) {
      const { min, max, speed } = LIMITS[axis];
      const reach = speed * seconds;
      if ('speed' in order) {
        this.#pose[axis] = clamp(this.#pose[axis] + clamp(order.speed, -1, 1) * reach, min, max);
        continue;
      }
      const way = order.target - this.#pose[axis];
      this.#pose[axis] += clamp(way, -reach, reach);
      if (Math.abs(way) <= reach) this.#orders.delete(axis);
    }
  }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
