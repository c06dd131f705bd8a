/** Pages of the camera list. */
import { parseFields } from '#shared/camera.ts';
import { cameraPageSchema } from '#shared/contract/camera.ts';
import type { KnownCamera } from './camera-directory.ts';
import { compareIds } from './compare-ids.ts';

/** Some of the cameras, and where the next page begins. */
export interface CameraPage {
  cameras: readonly KnownCamera[];
  /** The `cursor` of the next page; undefined on the last one. */
  next: string | undefined;
}

/** Cuts the page that a query asks for. @param cameras in order of their ids @throws AppError `invalid-field` */
export function pageOf(cameras: readonly KnownCamera[], query: unknown): CameraPage {
  const { limit, cursor } = parseFields(cameraPageSchema, query);
  const start = cursor === undefined ? 0 : firstAfter(cameras, cursor);
  const page = cameras.slice(start, start + limit);
  return { cameras: page, next: start + limit < cameras.length ? page.at(-1)?.id : undefined };
}

/** By order and not by position, so that a camera removed meanwhile does not lose the rest. */
function firstAfter(cameras: readonly KnownCamera[], cursor: string): number {
  let [low, high] = [0, cameras.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareIds(cameras[middle]?.id ?? '', cursor) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
