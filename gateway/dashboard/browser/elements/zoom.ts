/** Zoom into a picture: which part of it is shown. */

/** Pixels from the top left corner of the picture's place. */
export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** The picture is scaled from its top left corner, then moved. */
export interface Zoom extends Point {
  scale: number;
}

export const NO_ZOOM: Zoom = { scale: 1, x: 0, y: 0 };
const MAX_SCALE = 8;
/** Closer to the whole picture than this is the whole picture. */
const MIN_SCALE = 1.02;

/** Zooms by a factor; what is below the point stays there. */
export function zoomedAt(zoom: Zoom, { x, y }: Point, factor: number, size: Size): Zoom {
  const wanted = Math.min(MAX_SCALE, zoom.scale * factor);
  if (wanted < MIN_SCALE) return NO_ZOOM;
  const ratio = wanted / zoom.scale;
  return inside({ scale: wanted, x: x - (x - zoom.x) * ratio, y: y - (y - zoom.y) * ratio }, size);
}

/** Moves the part that is shown, at most to the edge of the picture. */
export function moved(zoom: Zoom, by: Point, size: Size): Zoom {
  return inside({ scale: zoom.scale, x: zoom.x + by.x, y: zoom.y + by.y }, size);
}

function inside({ scale, x, y }: Zoom, { width, height }: Size): Zoom {
  return { scale, x: between(width * (1 - scale), x), y: between(height * (1 - scale), y) };
}

/** @param least negative or 0; 0 is the most */
function between(least: number, value: number): number {
  return Math.min(0, Math.max(least, value));
}
