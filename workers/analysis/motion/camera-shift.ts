/**
 * The shift of a whole picture against another, by matching the sums of its
 * columns and rows (integral projections): two short lines instead of a plane.
 */

/** Pixels that the newer picture is shifted right and down. */
export interface Shift {
  x: number;
  y: number;
}

/** Largest shift searched, pixels. */
const MAX_SHIFT = 6;
/** A shift must explain the difference this much better than no shift. */
const MIN_GAIN = 0.6;
/** Lines with a smaller mean difference are equal up to noise, grey levels. */
const EQUAL_BELOW = 0.35;

/** Mean grey level of each column and row. */
export interface Projections {
  columns: Float32Array;
  rows: Float32Array;
}

/** Projects a plane of grey levels. */
export function project(pixels: ArrayLike<number>, width: number, height: number): Projections {
  const columns = new Float32Array(width);
  const rows = new Float32Array(height);
  for (let y = 0, at = 0; y < height; y += 1) {
    let sum = 0;
    for (let x = 0; x < width; x += 1, at += 1) {
      const level = pixels[at] as number;
      sum += level;
      columns[x] = (columns[x] as number) + level;
    }
    rows[y] = sum / width;
  }
  for (let x = 0; x < width; x += 1) columns[x] = (columns[x] as number) / height;
  return { columns, rows };
}

/** The shift from one picture to a later one; zero if none explains the difference clearly. */
export function estimateShift(before: Projections, after: Projections): Shift {
  return { x: lineShift(before.columns, after.columns), y: lineShift(before.rows, after.rows) };
}

function lineShift(before: Float32Array, after: Float32Array): number {
  const still = difference(before, after, 0);
  if (still < EQUAL_BELOW) return 0;
  let best = { shift: 0, value: still * MIN_GAIN };
  for (let shift = -MAX_SHIFT; shift <= MAX_SHIFT; shift += 1) {
    const value = shift === 0 ? still : difference(before, after, shift);
    if (value < best.value) best = { shift, value };
  }
  return best.shift;
}

/** Mean difference of slopes: unlike levels, slopes do not change with the light. */
function difference(before: Float32Array, after: Float32Array, shift: number): number {
  const margin = MAX_SHIFT + 1;
  let sum = 0;
  for (let at = margin; at < before.length - margin; at += 1) {
    const slopeBefore = (before[at - shift] as number) - (before[at - shift - 1] as number);
    const slopeAfter = (after[at] as number) - (after[at - 1] as number);
    sum += Math.abs(slopeAfter - slopeBefore);
  }
  return sum / (before.length - 2 * margin);
}
