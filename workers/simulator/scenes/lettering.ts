/** Text from a 5x7 dot matrix, as cameras burn it into their picture. */
import type { Canvas } from './canvas.ts';
import { type Colour, colour } from './colour.ts';
import { rectangle } from './shapes.ts';

const DOTS_WIDE = 5;
const DOTS_HIGH = 7;
/** Columns from one glyph to the next. */
const ADVANCE = 6;
const SHADOW = colour('#101010');

/** Seven rows of a glyph; the highest of five bits is the leftmost dot. */
const GLYPHS: Record<string, readonly number[]> = {
  '0': [14, 17, 19, 21, 25, 17, 14],
  '1': [4, 12, 4, 4, 4, 4, 14],
  '2': [14, 17, 1, 2, 4, 8, 31],
  '3': [31, 2, 4, 2, 1, 17, 14],
  '4': [2, 6, 10, 18, 31, 2, 2],
  '5': [31, 16, 30, 1, 1, 17, 14],
  '6': [6, 8, 16, 30, 17, 17, 14],
  '7': [31, 1, 2, 4, 8, 8, 8],
  '8': [14, 17, 17, 14, 17, 17, 14],
  '9': [14, 17, 17, 15, 1, 2, 12],
  ':': [0, 12, 12, 0, 12, 12, 0],
  '.': [0, 0, 0, 0, 0, 12, 12],
  A: [14, 17, 17, 17, 31, 17, 17],
  B: [30, 17, 17, 30, 17, 17, 30],
  C: [14, 17, 16, 16, 16, 17, 14],
  D: [28, 18, 17, 17, 17, 18, 28],
  E: [31, 16, 16, 30, 16, 16, 31],
  F: [31, 16, 16, 30, 16, 16, 16],
  G: [14, 17, 16, 23, 17, 17, 15],
  I: [14, 4, 4, 4, 4, 4, 14],
  K: [17, 18, 20, 24, 20, 18, 17],
  N: [17, 17, 25, 21, 19, 17, 17],
  O: [14, 17, 17, 17, 17, 17, 14],
  R: [30, 17, 17, 30, 20, 18, 17],
  S: [15, 16, 16, 14, 1, 1, 30],
  T: [31, 4, 4, 4, 4, 4, 4],
  Y: [17, 17, 17, 10, 4, 4, 4],
};

/** Where and how text is written. */
export interface Lettering {
  x: number;
  y: number;
  /** Pixels per dot. */
  dot: number;
  colour: Colour;
}

/** Pixels from the first to the last dot. */
export function widthOf(text: string, dot: number): number {
  return (text.length * ADVANCE - (ADVANCE - DOTS_WIDE)) * dot;
}

/** Pixels from the top to the foot of a letter. */
export function heightOf(dot: number): number {
  return DOTS_HIGH * dot;
}

/** Writes text with a dark shadow, so that it can be read on anything. Characters without a glyph are blank. */
export function write(canvas: Canvas, text: string, { x, y, dot, colour: ink }: Lettering): void {
  const shift = Math.max(1, Math.round(dot / 3));
  writePlain(canvas, text, { x: x + shift, y: y + shift, dot, colour: SHADOW });
  writePlain(canvas, text, { x, y, dot, colour: ink });
}

function writePlain(canvas: Canvas, text: string, { x, y, dot, colour: ink }: Lettering): void {
  for (const [index, character] of [...text].entries()) {
    for (const [row, bits] of (GLYPHS[character] ?? []).entries()) {
      for (const [start, length] of runsOf(bits)) {
        const left = x + (index * ADVANCE + start) * dot;
        canvas.fill(rectangle(left, y + row * dot, length * dot, dot), ink);
      }
    }
  }
}

/** Neighbouring dots of a row as [first, count]. */
function runsOf(bits: number): [number, number][] {
  const runs: [number, number][] = [];
  for (let column = 0; column < DOTS_WIDE; column += 1) {
    if (((bits >> (DOTS_WIDE - 1 - column)) & 1) === 0) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === column) last[1] += 1;
    else runs.push([column, 1]);
  }
  return runs;
}
