/** Polygons for tests. */
import type { Polygon } from '#shared/contract/zone.ts';

/** A rectangle as a polygon: left, top, width and height as shares of the picture. */
export function rectangle(left: number, top: number, width: number, height: number): Polygon {
  const [right, bottom] = [left + width, top + height];
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}
