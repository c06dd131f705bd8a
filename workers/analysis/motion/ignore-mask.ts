/** Converts ignored areas to a pixel mask. */
import type { Polygon } from '#shared/detections-settings.ts';

/** One byte a pixel: 1 where the pixel counts, 0 inside a polygon. */
export function countedPixels(polygons: readonly Polygon[], width: number, height: number): Uint8Array {
  const counted = new Uint8Array(width * height).fill(1);
  for (const polygon of polygons) {
    for (let y = 0; y < height; y += 1)
      clearRow(counted.subarray(y * width, (y + 1) * width), polygon, (y + 0.5) / height);
  }
  return counted;
}

/** Even-odd rule along one row of pixel centres. */
function clearRow(row: Uint8Array, polygon: Polygon, y: number): void {
  const crossings = edgesOf(polygon)
    .filter(([from, to]) => from[1] > y !== to[1] > y)
    .map(([from, to]) => from[0] + ((y - from[1]) / (to[1] - from[1])) * (to[0] - from[0]))
    .sort((a, b) => a - b);
  for (let index = 0; index + 1 < crossings.length; index += 2) {
    const first = Math.ceil((crossings[index] as number) * row.length - 0.5);
    const last = Math.ceil((crossings[index + 1] as number) * row.length - 0.5);
    row.fill(0, Math.max(0, first), Math.max(0, last));
  }
}

function edgesOf(polygon: Polygon): [Polygon[number], Polygon[number]][] {
  return polygon.map((corner, index) => [corner, polygon[(index + 1) % polygon.length] as Polygon[number]]);
}
