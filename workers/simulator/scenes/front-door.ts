/** Camera 1: a brick house in the afternoon; someone brings a parcel, a black dog trots by. */
import type { Canvas } from './canvas.ts';
import { colour } from './colour.ts';
import { dog, person } from './figures.ts';
import { LOOP_SECONDS, type Scene } from './scene.ts';
import { ellipse, polygon, rectangle, roundedRectangle } from './shapes.ts';

const GROUND = 590;
const BRICK = colour('#a5543d');
const MORTAR = colour('#8b4431');
const TRIM = colour('#f3e9d8');
const DOOR = colour('#0f6b6b');
const PARCEL = colour('#c79a5b');

/** A courier comes until the eleventh second, waits, and leaves. */
const ARRIVES = 9;
const LEAVES = 13;
const OUTSIDE_X = 1400;
const DOOR_X = 760;

export const frontDoor: Scene = {
  number: '1',
  title: 'Front Door',
  accent: colour('#c2452d'),

  paintStill(canvas) {
    canvas.gradient(0, GROUND - 60, colour('#ffcf9c'), colour('#ffe9cf'));
    paintWall(canvas);
    paintDoor(canvas);
    for (const x of [235, 975]) paintWindow(canvas, x);
    canvas.gradient(GROUND - 60, 720, colour('#8fae5d'), colour('#5f8a3c'));
    canvas.grain(GROUND - 60, 720, 5);
    canvas.fill(polygon([545, GROUND - 60], [735, GROUND - 60], [900, 720], [380, 720]), colour('#cdbfae'));
    for (const x of [130, 450, 850, 1180]) paintBush(canvas, x);
  },

  paintMoving(canvas, seconds) {
    paintLantern(canvas, seconds);
    paintDog(canvas, seconds);
    paintCourier(canvas, seconds);
  },
};

function paintWall(canvas: Canvas): void {
  canvas.fill(rectangle(90, 90, 1100, 450), BRICK);
  for (let row = 0; row < 23; row += 1) {
    const y = 90 + row * 20;
    canvas.fill(rectangle(90, y, 1100, 2), MORTAR);
    for (let x = 90 + (row % 2) * 26; x < 1190; x += 52) canvas.fill(rectangle(x, y, 2, 20), MORTAR);
  }
  canvas.fill(polygon([40, 110], [1240, 110], [1150, 56], [130, 56]), colour('#4a4f57'));
  canvas.fill(rectangle(40, 106, 1200, 12), TRIM);
}

function paintDoor(canvas: Canvas): void {
  canvas.fill(rectangle(520, 190, 240, 350), TRIM);
  canvas.fill(rectangle(545, 215, 190, 325), DOOR);
  for (const [x, y] of [
    [570, 240],
    [650, 240],
    [570, 385],
    [650, 385],
  ] as const) {
    canvas.fill(roundedRectangle(x, y, 60, 120, 8), colour('#0b5252'));
  }
  canvas.fill(ellipse(716, 380, 9), colour('#e8c25a'));
  canvas.fill(polygon([490, 190], [790, 190], [640, 128]), TRIM);
  canvas.fill(polygon([535, 182], [745, 182], [640, 140]), BRICK);
  canvas.fill(rectangle(500, 528, 280, 16), colour('#9a9086'));
}

function paintWindow(canvas: Canvas, x: number): void {
  canvas.fill(rectangle(x - 85, 230, 170, 200), TRIM);
  canvas.fill(rectangle(x - 73, 242, 146, 176), colour('#6fa3bf'));
  canvas.fill(polygon([x - 73, 242], [x + 20, 242], [x - 73, 360]), colour('#9cc6da'));
  canvas.fill(rectangle(x - 4, 242, 8, 176), TRIM);
  canvas.fill(rectangle(x - 73, 326, 146, 8), TRIM);
}

function paintBush(canvas: Canvas, x: number): void {
  for (const [dx, dy, radius] of [
    [-46, 8, 40],
    [0, -14, 52],
    [48, 6, 42],
  ] as const) {
    canvas.fill(ellipse(x + dx, 530 + dy, radius, radius * 0.85), colour('#3d6b35'));
    canvas.fill(ellipse(x + dx - 8, 520 + dy, radius * 0.6, radius * 0.45), colour('#4f8443'));
  }
}

function paintLantern(canvas: Canvas, seconds: number): void {
  const strength = 0.45 + 0.1 * Math.sin((seconds / LOOP_SECONDS) * 2 * Math.PI * 12);
  canvas.glow(810, 260, 90, colour('#ffe9a0'), strength);
  canvas.fill(roundedRectangle(800, 240, 20, 36, 6), colour('#fff2bf'));
}

function paintDog(canvas: Canvas, seconds: number): void {
  const x = -80 + ((seconds + 9) % LOOP_SECONDS) * 95;
  dog(canvas, { x, ground: 668, scale: 0.72, facing: 1, seconds }, colour('#3a3532'));
}

function paintCourier(canvas: Canvas, seconds: number): void {
  const isComing = seconds < LEAVES;
  const share = isComing ? Math.min(1, seconds / ARRIVES) : 1 - (seconds - LEAVES) / (LOOP_SECONDS - LEAVES);
  const stands = seconds >= ARRIVES && isComing;
  const x = OUTSIDE_X + (DOOR_X - OUTSIDE_X) * share;
  const facing = isComing ? -1 : 1;
  const place = { x, ground: 640 - 30 * share, scale: 2.1, facing, seconds: stands ? 0 : seconds } as const;
  const look = { coat: colour('#f2b705'), trousers: colour('#3b4a6b'), hair: colour('#2c3f8f') };
  person(canvas, place, look);
  if (isComing) canvas.fill(roundedRectangle(x - 66, place.ground - 152, 56, 46, 4), PARCEL);
  else canvas.fill(roundedRectangle(664, 496, 56, 46, 4), PARCEL);
}
