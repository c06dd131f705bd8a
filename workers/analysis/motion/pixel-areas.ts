/** Converts polygons to pixels of a small picture. */
import type { Polygon, Zone } from '#shared/contract/zone.ts';
import { sidesOf } from '#shared/polygon.ts';

/** One byte a pixel: `inside` in a polygon, the other of 0 and 1 elsewhere. */
export function pixelsOf(
  polygons: readonly Polygon[],
  inside: 0 | 1,
  width: number,
  height: number,
): Uint8Array {
  const pixels = new Uint8Array(width * height).fill(1 - inside);
  for (const polygon of polygons)
    forEachRun(polygon, width, height, (from, to) => void pixels.fill(inside, from, to));
  return pixels;
}

/** Which zones each pixel lies in: bit `n` for the zone at index `n`. */
export function zonePixels(zones: readonly Zone[], width: number, height: number): Uint16Array {
  const bits = new Uint16Array(width * height);
  for (const [index, { polygon }] of zones.entries()) {
    forEachRun(polygon, width, height, (from, to) => {
      for (let at = from; at < to; at += 1) bits[at] = (bits[at] as number) | (1 << index);
    });
  }
  return bits;
}

/** Calls with each run of pixels inside, row by row: even-odd rule along the pixel centres. */
function forEachRun(
  polygon: Polygon,
  width: number,
  height: number,
  take: (from: number, to: number) => void,
): void {
  const sides = sidesOf(polygon);
  for (let row = 0; row < height; row += 1) {
    const y = (row + 0.5) / height;
    const crossings = sides
      .filter(([from, to]) => from[1] > y !== to[1] > y)
      .map(([from, to]) => from[0] + ((y - from[1]) / (to[1] - from[1])) * (to[0] - from[0]))
      .sort((a, b) => a - b);
    for (let index = 0; index + 1 < crossings.length; index += 2) {
      const first = Math.ceil((crossings[index] as number) * width - 0.5);
      const last = Math.ceil((crossings[index + 1] as number) * width - 0.5);
      take(row * width + Math.max(0, first), row * width + Math.min(width, Math.max(0, last)));
    }
  }
}
