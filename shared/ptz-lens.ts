/** What a zoom lens shows. */
import type { PtzSettings } from './contract/ptz.ts';

/** Horizontal field of view at zoom 0 in degrees, and by how much zoom 1 magnifies. */
export type PtzLens = NonNullable<PtzSettings['lens']>;

/** Common among cameras with a 20× zoom; also where nothing is known. */
export const USUAL_LENS: PtzLens = { widest: 60, magnification: 20 };

/** Horizontal field of view at a zoom of 0 to 1, degrees. Lenses magnify by equal factors for equal steps, roughly. */
export function fieldOfView({ widest, magnification }: PtzLens, zoom: number): number {
  const half = Math.tan((widest * Math.PI) / 360) / magnification ** zoom;
  return (Math.atan(half) * 360) / Math.PI;
}
