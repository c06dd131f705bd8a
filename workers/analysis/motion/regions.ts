/** Finds connected areas of foreground. */

/** A connected area. */
export interface Region {
  /** Left, top, width and height as shares of the picture. */
  box: [number, number, number, number];
  /** Foreground pixels as a share of the picture. */
  area: number;
  /** Indices of its grid squares. */
  squares: readonly number[];
}

/** Side of the grid squares: foreground closer than this belongs together. */
const CELL = 8;
/** Share of a square's pixels that make it active. */
const ACTIVE_SHARE = 0.2;

/** Zones across and down. */
const ZONES = 5;
/** Share of a zone's pixels above which it has foreground. */
export const ZONE_SHARE = 0.04;

interface Cells {
  columns: number;
  rows: number;
  counts: Uint16Array;
}

/** Areas of at least `minArea`, largest first. @param minArea share of the picture */
export function findRegions(
  foreground: Uint8Array,
  width: number,
  height: number,
  minArea: number,
): Region[] {
  const cells = countCells(foreground, width, height);
  const seen = new Uint8Array(cells.counts.length);
  const regions: Region[] = [];
  for (let start = 0; start < cells.counts.length; start += 1) {
    if (seen[start] === 1 || !isActive(cells, start)) continue;
    const members = flood(cells, start, seen);
    const area = members.reduce((sum, at) => sum + (cells.counts[at] as number), 0) / (width * height);
    if (area >= minArea) regions.push({ box: boxOf(members, cells, width, height), area, squares: members });
  }
  return regions.sort((a, b) => b.area - a.area);
}

/** Calls with the index of every pixel in the squares of a region. */
export function forEachPixel(
  { squares }: Region,
  width: number,
  height: number,
  take: (at: number) => void,
): void {
  const columns = Math.ceil(width / CELL);
  for (const square of squares) {
    const [left, top] = [(square % columns) * CELL, Math.floor(square / columns) * CELL];
    const [right, bottom] = [Math.min(width, left + CELL), Math.min(height, top + CELL)];
    for (let y = top; y < bottom; y += 1) for (let x = left; x < right; x += 1) take(y * width + x);
  }
}

/** Share of the picture's zones with foreground. */
export function zonesWith(foreground: Uint8Array, width: number): number {
  const height = foreground.length / width;
  const counts = new Float64Array(ZONES * ZONES);
  for (let y = 0, at = 0; y < height; y += 1) {
    const row = Math.floor((y * ZONES) / height) * ZONES;
    for (let x = 0; x < width; x += 1, at += 1) {
      if (foreground[at] === 0) continue;
      const zone = row + Math.floor((x * ZONES) / width);
      counts[zone] = (counts[zone] as number) + 1;
    }
  }
  const least = (foreground.length / counts.length) * ZONE_SHARE;
  return counts.filter((count) => count > least).length / counts.length;
}

function countCells(foreground: Uint8Array, width: number, height: number): Cells {
  const columns = Math.ceil(width / CELL);
  const rows = Math.ceil(height / CELL);
  const counts = new Uint16Array(columns * rows);
  for (let y = 0, at = 0; y < height; y += 1) {
    const row = Math.floor(y / CELL) * columns;
    for (let x = 0; x < width; x += 1, at += 1) {
      if (foreground[at] === 0) continue;
      const cell = row + Math.floor(x / CELL);
      counts[cell] = (counts[cell] as number) + 1;
    }
  }
  return { columns, rows, counts };
}

function isActive({ counts }: Cells, at: number): boolean {
  return (counts[at] as number) >= CELL * CELL * ACTIVE_SHARE;
}

/** All active cells that touch each other, corners included. */
function flood(cells: Cells, start: number, seen: Uint8Array): number[] {
  const members = [start];
  seen[start] = 1;
  for (const at of members) {
    for (const next of neighbours(cells, at)) {
      if (seen[next] === 1 || !isActive(cells, next)) continue;
      seen[next] = 1;
      members.push(next);
    }
  }
  return members;
}

function neighbours({ columns, rows }: Cells, at: number): number[] {
  const [column, row] = [at % columns, Math.floor(at / columns)];
  const found: number[] = [];
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y += 1) {
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x += 1) {
      found.push(y * columns + x);
    }
  }
  return found;
}

function boxOf(members: number[], { columns }: Cells, width: number, height: number): Region['box'] {
  const xs = members.map((at) => at % columns);
  const ys = members.map((at) => Math.floor(at / columns));
  const [left, top] = [Math.min(...xs) * CELL, Math.min(...ys) * CELL];
  const right = Math.min(width, (Math.max(...xs) + 1) * CELL);
  const bottom = Math.min(height, (Math.max(...ys) + 1) * CELL);
  return [left / width, top / height, (right - left) / width, (bottom - top) / height];
}
