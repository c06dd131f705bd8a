/** The scene around the PTZ camera: a street with houses, trees and a person who walks to and fro. */
import type { Canvas } from '../scenes/canvas.ts';
import { type Colour, colour, mix } from '../scenes/colour.ts';
import { car, cloud, person, thereAndBack } from '../scenes/figures.ts';
import { heightOf, widthOf, write } from '../scenes/lettering.ts';
import { ellipse, type Point, polygon, rectangle } from '../scenes/shapes.ts';
import { elevationOf, type View } from './view.ts';

/** Metres. */
const CAMERA_HEIGHT = 3;
const HOUSE_DISTANCE = 45;
const PERSON = { height: 1.75, distance: 9 };
/** Figures are drawn for a person of 103 pixels. */
const FIGURE_PIXELS = 103;
/** The walk: degrees to both sides of its middle, and seconds for a round. */
const WALK = { reach: 50, roundSeconds: 30 };
const CAR = { azimuth: 78, distance: 16 };
const SKY = { top: colour('#4f94d6'), low: colour('#cfe6f5') };
const GROUND = { far: colour('#b9b2a3'), near: colour('#8c8577') };
const WALLS = ['#c8745a', '#d9c39a', '#8fa3b0', '#b7a58e', '#a5b58f', '#c9a3a0'].map((hex) => colour(hex));
const ROOF = colour('#5b4038');
const WINDOW = colour('#33475b');
const DOOR = colour('#4a2f24');
const BARK = colour('#6b4a2f');
const LEAVES = colour('#3f8a45');
const PAVING = colour('#7b7467');
const INK = colour('#ffffff');
const BAR = colour('#000000');
const HOUSES = 18;
const HOUSE_WIDTH = 15;
const TREES = [-150, -112, -64, -22, 33, 96, 128, 162];
const CLOUDS = [-140, -75, -20, 50, 105, 170];

/** Degrees to the right in which the person walks, `seconds` after the start. */
export function walkerAzimuth(seconds: number): number {
  return (2 * thereAndBack(seconds / WALK.roundSeconds) - 1) * WALK.reach;
}

/** Draws what stands still in a view. */
export function paintStreet(canvas: Canvas, view: View): void {
  paintBackdrop(canvas, view);
  for (const azimuth of CLOUDS) {
    const at = view.project(azimuth, 16 + (azimuth % 7));
    if (at !== undefined && isNear(view, at)) cloud(canvas, at[0], at[1], view.focal / 900, 0.8);
  }
  for (let house = 0; house < HOUSES; house += 1) paintHouse(canvas, view, house);
  for (const azimuth of TREES) paintTree(canvas, view, azimuth);
  paintPaving(canvas, view);
  paintCar(canvas, view);
}

/** Burns the name and the position into the picture, as such cameras do. */
export function paintCaption(canvas: Canvas, text: string): void {
  const dot = canvas.width / 640;
  const margin = 8 * dot;
  canvas.fill(rectangle(0, 0, widthOf(text, dot) + 2 * margin, heightOf(dot) + 2 * margin), BAR, 0.45);
  write(canvas, text, { x: margin, y: margin, dot, colour: INK });
}

function paintBackdrop(canvas: Canvas, { horizon, height }: View): void {
  const row = Math.min(height, Math.max(0, Math.round(horizon / 2) * 2));
  const shade = (from: Colour, to: Colour, y: number, start: number, end: number): Colour =>
    mix(from, to, Math.min(1, Math.max(0, (y - start) / (end - start))));
  const sky = (y: number) => shade(SKY.top, SKY.low, y, horizon - height, horizon);
  const ground = (y: number) => shade(GROUND.far, GROUND.near, y, horizon, horizon + height);
  if (row > 0) canvas.gradient(0, row, sky(0), sky(row));
  if (row < height) canvas.gradient(row, height, ground(row), ground(height));
}

function paintHouse(canvas: Canvas, view: View, index: number): void {
  const middle = -180 + (index + 0.5) * (360 / HOUSES);
  const tall = 9 + ((index * 7) % 5) * 1.6;
  const up = (above: number) => elevationOf(HOUSE_DISTANCE, above, CAMERA_HEIGHT);
  const box = (dx: number, width: number, from: number, to: number): Point[] | undefined =>
    corners(view, [
      [middle + dx - width / 2, up(from)],
      [middle + dx + width / 2, up(from)],
      [middle + dx + width / 2, up(to)],
      [middle + dx - width / 2, up(to)],
    ]);
  const wall = box(0, HOUSE_WIDTH, 0, tall);
  if (wall === undefined || !wall.some((corner) => isNear(view, corner))) return;
  const roof = corners(view, [
    [middle - HOUSE_WIDTH / 2 - 0.6, up(tall)],
    [middle, up(tall + 3.2)],
    [middle + HOUSE_WIDTH / 2 + 0.6, up(tall)],
  ]);
  if (roof !== undefined) canvas.fill(polygon(...roof), ROOF);
  canvas.fill(polygon(...wall), WALLS[index % WALLS.length] as Colour);
  for (let floor = 0; floor * 3 + 3.4 < tall; floor += 1) {
    for (const dx of [-5, -1.8, 1.8, 5]) {
      const isDoor = floor === 0 && dx === -1.8;
      const shape = isDoor ? box(dx, 1.8, 0, 2.5) : box(dx, 1.7, floor * 3 + 1.2, floor * 3 + 2.6);
      if (shape !== undefined) canvas.fill(polygon(...shape), isDoor ? DOOR : WINDOW);
    }
  }
}

function paintTree(canvas: Canvas, view: View, azimuth: number): void {
  const distance = 24;
  const foot = view.project(azimuth, elevationOf(distance, 0, CAMERA_HEIGHT));
  const crown = view.project(azimuth, elevationOf(distance, 5, CAMERA_HEIGHT));
  if (foot === undefined || crown === undefined || !(isNear(view, foot) || isNear(view, crown))) return;
  const metre = Math.abs(foot[1] - crown[1]) / 5;
  canvas.fill(rectangle(foot[0] - metre * 0.25, crown[1], metre * 0.5, foot[1] - crown[1]), BARK);
  canvas.fill(ellipse(crown[0], crown[1] - metre * 0.4, metre * 2.1, metre * 2.5), LEAVES);
}

/** Bands on the ground, so that a view down is no empty plane. */
function paintPaving(canvas: Canvas, view: View): void {
  for (let azimuth = -180; azimuth < 180; azimuth += 10) {
    const band = corners(view, [
      [azimuth, elevationOf(4, 0, CAMERA_HEIGHT)],
      [azimuth + 0.8, elevationOf(4, 0, CAMERA_HEIGHT)],
      [azimuth + 0.8, elevationOf(30, 0, CAMERA_HEIGHT)],
      [azimuth, elevationOf(30, 0, CAMERA_HEIGHT)],
    ]);
    if (band?.some((corner) => isNear(view, corner))) canvas.fill(polygon(...band), PAVING, 0.5);
  }
}

function paintCar(canvas: Canvas, view: View): void {
  const ground = view.project(CAR.azimuth, elevationOf(CAR.distance, 0, CAMERA_HEIGHT));
  const top = view.project(CAR.azimuth, elevationOf(CAR.distance, 1.5, CAMERA_HEIGHT));
  if (ground === undefined || top === undefined || !isNear(view, ground)) return;
  const place = { x: ground[0], ground: ground[1], scale: (ground[1] - top[1]) / 106, facing: 1 } as const;
  car(canvas, place, colour('#e3b21c'));
}

/** Draws the person, `seconds` after the start. */
export function paintWalker(canvas: Canvas, view: View, seconds: number): void {
  const azimuth = walkerAzimuth(seconds);
  const foot = view.project(azimuth, elevationOf(PERSON.distance, 0, CAMERA_HEIGHT));
  const head = view.project(azimuth, elevationOf(PERSON.distance, PERSON.height, CAMERA_HEIGHT));
  if (foot === undefined || head === undefined || !(isNear(view, foot) || isNear(view, head))) return;
  const facing = walkerAzimuth(seconds + 0.1) > azimuth ? 1 : -1;
  const scale = (foot[1] - head[1]) / FIGURE_PIXELS;
  const look = { coat: colour('#c7312f'), trousers: colour('#22304f'), hair: colour('#2b1d16') };
  person(canvas, { x: foot[0], ground: foot[1], scale, facing, seconds }, look);
}

function corners(view: View, directions: readonly Point[]): Point[] | undefined {
  const points = directions.map(([azimuth, elevation]) => view.project(azimuth, elevation));
  return points.every((point) => point !== undefined) ? (points as Point[]) : undefined;
}

/** Whether a point is in the picture or close enough that what hangs on it may be. */
function isNear({ width, height }: View, [x, y]: Point): boolean {
  return x > -width && x < 2 * width && y > -height && y < 2 * height;
}
