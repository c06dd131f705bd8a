/** What the lens of the simulated PTZ camera shows: directions in space to pixels, as a pinhole camera does. */
import type { Point } from '../scenes/shapes.ts';
import { LENS, type Pose } from './mount.ts';

/** Directions closer to the plane of the lens than this are not in the picture. */
const MIN_DEPTH = 0.05;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The picture of one pose. */
export class View {
  readonly width: number;
  readonly height: number;
  /** Pixels from the eye to the picture. */
  readonly focal: number;
  /** Row of the horizon; may be outside the picture. */
  readonly horizon: number;
  readonly #pan: number;
  readonly #tilt: number;

  constructor({ pan, tilt, zoom }: Pose, width: number, height: number) {
    this.width = width;
    this.height = height;
    this.focal = (width / 2 / Math.tan(radians(LENS.widest / 2))) * LENS.magnification ** zoom;
    this.#pan = radians(pan);
    this.#tilt = radians(tilt);
    this.horizon = height / 2 + this.focal * Math.tan(this.#tilt);
  }

  /** Where a direction is in the picture. @returns undefined behind the camera */
  project(azimuth: number, elevation: number): Point | undefined {
    const across = radians(azimuth) - this.#pan;
    const up = radians(elevation);
    const forward = Math.cos(across) * Math.cos(up);
    const depth = forward * Math.cos(this.#tilt) + Math.sin(up) * Math.sin(this.#tilt);
    if (depth < MIN_DEPTH) return undefined;
    const x = Math.sin(across) * Math.cos(up);
    const y = Math.sin(up) * Math.cos(this.#tilt) - forward * Math.sin(this.#tilt);
    return [this.width / 2 + (this.focal * x) / depth, this.height / 2 - (this.focal * y) / depth];
  }
}

/** Elevation of a point on the ground, or above it, seen from a camera at a height; metres. */
export function elevationOf(distance: number, above: number, cameraHeight: number): number {
  return (Math.atan((above - cameraHeight) / distance) * 180) / Math.PI;
}
