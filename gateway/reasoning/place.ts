/** From places within a part of a picture to places within the whole, and back. */
import type { Area, Box, Point } from '#shared/contract/reason.ts';

/** A box in the whole picture. */
export function boxInWhole({ x_min, y_min, x_max, y_max }: Box, area: Area | undefined): Box {
  const [from, to] = [pointInWhole({ x: x_min, y: y_min }, area), pointInWhole({ x: x_max, y: y_max }, area)];
  return { x_min: from.x, y_min: from.y, x_max: to.x, y_max: to.y };
}

/** A point in the whole picture. */
export function pointInWhole({ x, y }: Point, area: Area | undefined): Point {
  if (area === undefined) return { x, y };
  const [left, top, width, height] = area;
  return { x: left + x * width, y: top + y * height };
}

/** A box of the whole picture in a part of it, cut at its edges. */
export function boxInPart({ x_min, y_min, x_max, y_max }: Box, area: Area | undefined): Box {
  if (area === undefined) return { x_min, y_min, x_max, y_max };
  const [left, top, width, height] = area;
  const share = (value: number): number => Math.min(1, Math.max(0, value));
  return {
    x_min: share((x_min - left) / width),
    y_min: share((y_min - top) / height),
    x_max: share((x_max - left) / width),
    y_max: share((y_max - top) / height),
  };
}
