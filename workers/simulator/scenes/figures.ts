/** People, animals and vehicles that walk and drive through the scenes. */
import type { Canvas } from './canvas.ts';
import { type Colour, colour } from './colour.ts';
import { ellipse, polygon, rectangle, roundedRectangle, stroke } from './shapes.ts';

const SKIN = colour('#d9a47c');
const SHADOW = colour('#000000');
const GLASS = colour('#22303c');
const TYRE = colour('#16181b');
const RIM = colour('#b8bec4');
const STEPS_PER_SECOND = 1.6;
const FULL_TURN = 2 * Math.PI;

/** Where a figure is. */
export interface Place {
  /** Middle, pixels. */
  x: number;
  /** Where it touches the ground, pixels. */
  ground: number;
  /** 1 is a person of 100 pixels. */
  scale: number;
  /** 1 looks to the right, -1 to the left. */
  facing: 1 | -1;
  /** Drives legs and wheels. */
  seconds: number;
}

/** A walking person. */
export function person(
  canvas: Canvas,
  { x, ground, scale, facing, seconds }: Place,
  { coat, trousers, hair }: { coat: Colour; trousers: Colour; hair: Colour },
): void {
  const swing = Math.sin(seconds * STEPS_PER_SECOND * FULL_TURN) * 16 * scale;
  const bob = Math.abs(swing) * 0.12;
  const at = (dx: number, dy: number) => [x + dx * scale, ground - dy * scale + bob] as const;
  canvas.fill(ellipse(x, ground, 26 * scale, 5 * scale), SHADOW, 0.3);
  for (const side of [-1, 1]) {
    const foot = [x + side * swing, ground - 2 * scale] as const;
    canvas.fill(stroke(at(0, 46), foot, 11 * scale), trousers);
    canvas.fill(ellipse(foot[0] + facing * 4 * scale, foot[1], 9 * scale, 4 * scale), TYRE);
  }
  const shoulders = at(0, 82);
  canvas.fill(roundedRectangle(x - 14 * scale, shoulders[1], 28 * scale, 42 * scale, 11 * scale), coat);
  canvas.fill(
    stroke(at(0, 76), [x - swing * 0.9 + facing * 6 * scale, ground - 44 * scale], 8 * scale),
    coat,
  );
  const head = at(facing * 2, 92);
  canvas.fill(ellipse(head[0], head[1], 10 * scale, 11 * scale), SKIN);
  canvas.fill(ellipse(head[0] - facing * 2 * scale, head[1] - 4 * scale, 10.5 * scale, 8 * scale), hair);
}

/** A running dog. */
export function dog(canvas: Canvas, { x, ground, scale, facing, seconds }: Place, fur: Colour): void {
  const phase = seconds * 2.5 * FULL_TURN;
  const rise = Math.abs(Math.sin(phase / 2)) * 8 * scale;
  const y = ground - 26 * scale - rise;
  canvas.fill(ellipse(x, ground, 32 * scale, 4 * scale), SHADOW, 0.28);
  for (const [offset, lag] of [
    [-20, 0],
    [-14, 1.5],
    [16, 3],
    [22, 4.5],
  ] as const) {
    const hip = [x + facing * offset * scale, y + 6 * scale] as const;
    const foot = [hip[0] + Math.sin(phase + lag) * 13 * scale, ground - rise * 0.4] as const;
    canvas.fill(stroke(hip, foot, 6 * scale), fur);
  }
  const tail = Math.sin(phase * 1.5) * 6 * scale;
  canvas.fill(
    stroke([x - facing * 26 * scale, y], [x - facing * 44 * scale, y - 18 * scale + tail], 5 * scale),
    fur,
  );
  canvas.fill(ellipse(x, y, 30 * scale, 12 * scale), fur);
  canvas.fill(ellipse(x + facing * 32 * scale, y - 14 * scale, 12 * scale, 10 * scale), fur);
  canvas.fill(ellipse(x + facing * 43 * scale, y - 11 * scale, 8 * scale, 5 * scale), fur);
  canvas.fill(ellipse(x + facing * 26 * scale, y - 14 * scale, 5 * scale, 10 * scale), TYRE, 0.7);
  canvas.fill(ellipse(x + facing * 35 * scale, y - 17 * scale, 1.8 * scale), TYRE);
}

/** A car from the side; its wheels turn with `x`. */
export function car(
  canvas: Canvas,
  { x, ground, scale, facing }: Omit<Place, 'seconds'>,
  paint: Colour,
): void {
  const at = (dx: number, dy: number) => [x + facing * dx * scale, ground - dy * scale] as const;
  canvas.fill(ellipse(x, ground, 150 * scale, 9 * scale), SHADOW, 0.45);
  canvas.fill(polygon(at(-88, 66), at(-58, 106), at(34, 106), at(78, 66)), paint);
  canvas.fill(polygon(at(-72, 68), at(-50, 98), at(-12, 98), at(-12, 68)), GLASS);
  canvas.fill(polygon(at(-4, 68), at(-4, 98), at(30, 98), at(62, 68)), GLASS);
  canvas.fill(
    roundedRectangle(x - 134 * scale, ground - 72 * scale, 268 * scale, 50 * scale, 20 * scale),
    paint,
  );
  canvas.fill(rectangle(x - 128 * scale, ground - 36 * scale, 256 * scale, 5 * scale), SHADOW, 0.25);
  canvas.fill(ellipse(...at(126, 54), 8 * scale, 9 * scale), colour('#fff4c8'));
  canvas.fill(ellipse(...at(-128, 54), 6 * scale, 9 * scale), colour('#c81e1e'));
  for (const side of [-82, 84])
    wheel(canvas, at(side, 24), { radius: 26 * scale, turn: (facing * x) / (26 * scale) });
}

function wheel(
  canvas: Canvas,
  [x, y]: readonly [number, number],
  { radius, turn }: { radius: number; turn: number },
): void {
  canvas.fill(ellipse(x, y, radius), TYRE);
  canvas.fill(ellipse(x, y, radius * 0.62), RIM);
  for (let spoke = 0; spoke < 3; spoke += 1) {
    const angle = turn + (spoke * FULL_TURN) / 6;
    const dx = Math.cos(angle) * radius * 0.58;
    const dy = Math.sin(angle) * radius * 0.58;
    canvas.fill(stroke([x - dx, y - dy], [x + dx, y + dy], radius * 0.14), TYRE);
  }
}

/** A drifting cloud. */
export function cloud(canvas: Canvas, x: number, y: number, scale: number, opacity: number): void {
  const white = colour('#ffffff');
  for (const [dx, dy, radius] of [
    [-52, 6, 30],
    [-16, -12, 42],
    [28, -6, 36],
    [60, 8, 26],
  ] as const) {
    canvas.fill(
      ellipse(x + dx * scale, y + dy * scale, radius * scale, radius * scale * 0.75),
      white,
      opacity,
    );
  }
  canvas.fill(
    roundedRectangle(x - 80 * scale, y + 2 * scale, 164 * scale, 28 * scale, 14 * scale),
    white,
    opacity,
  );
}

/** Position along a way there and back within a round: 0 at its ends, 1 in the middle, smooth at both. */
export function thereAndBack(share: number): number {
  return (1 - Math.cos(share * FULL_TURN)) / 2;
}
