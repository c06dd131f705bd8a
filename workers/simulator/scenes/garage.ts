/** Camera 3: inside a concrete garage; the door opens, a red car drives in and out again. */
import type { Canvas } from './canvas.ts';
import { colour } from './colour.ts';
import { car } from './figures.ts';
import { LOOP_SECONDS, type Scene } from './scene.ts';
import { ellipse, polygon, rectangle, roundedRectangle, stroke } from './shapes.ts';

const FLOOR = 520;
const DOOR = { x: 40, top: 150, width: 430, bottom: 560 };
const STEEL = colour('#a7b0b8');

/** Seconds at which the parts of a round begin. */
const OPENS = 1;
const COMES = 4;
const STANDS = 9;
const GOES = 14;
const CLOSES = 19;
const DOOR_SECONDS = 3;
const OUTSIDE_X = -260;
const PARKED_X = 760;

export const garage: Scene = {
  number: '3',
  title: 'Garage',
  accent: colour('#3c5a80'),

  paintStill(canvas) {
    canvas.gradient(0, FLOOR, colour('#5b6570'), colour('#8a949d'));
    canvas.gradient(FLOOR, 720, colour('#6d7276'), colour('#3f4448'));
    canvas.grain(FLOOR, 720, 5);
    for (const x of [500, 820, 1140]) canvas.fill(rectangle(x, 60, 22, 460), colour('#525b65'));
    canvas.fill(rectangle(0, FLOOR - 10, 1280, 10), colour('#474e55'));
    for (const x of [560, 1060]) {
      canvas.fill(
        polygon([x, FLOOR + 20], [x + 12, FLOOR + 20], [x + 62, 720], [x + 36, 720]),
        colour('#d9b43a'),
      );
    }
    paintStreet(canvas);
    paintShelf(canvas);
    paintTools(canvas);
  },

  paintMoving(canvas, seconds) {
    const open = doorAt(seconds);
    paintShutter(canvas, open);
    paintCar(canvas, seconds);
    canvas.fill(rectangle(0, 60, DOOR.x, 660), colour('#4c555e'));
    paintLamp(canvas, seconds, open > 0);
  },
};

function paintStreet(canvas: Canvas): void {
  const { x, top, width, bottom } = DOOR;
  canvas.fill(rectangle(x - 14, top - 14, width + 28, bottom - top + 14), colour('#39414a'));
  canvas.fill(rectangle(x, top, width, 250), colour('#bcdcf0'));
  canvas.fill(rectangle(x, top + 230, width, 60), colour('#7fa765'));
  canvas.fill(rectangle(x, top + 280, width, bottom - top - 280), colour('#9b9fa3'));
  canvas.fill(rectangle(x + 250, top + 120, 110, 120), colour('#d8c3a0'));
  canvas.fill(polygon([x + 235, top + 120], [x + 375, top + 120], [x + 305, top + 66]), colour('#9c4b3a'));
}

function paintShelf(canvas: Canvas): void {
  canvas.fill(rectangle(880, 170, 220, 350), colour('#3e2f23'));
  for (let shelf = 0; shelf < 4; shelf += 1) {
    const y = 182 + shelf * 84;
    canvas.fill(rectangle(890, y, 200, 74), colour('#22262a'));
    for (let box = 0; box < 3; box += 1) {
      const paint = ['#b5523b', '#d0a13d', '#4f7f9f', '#6f8f56'][(shelf + box * 3) % 4] as string;
      const height = 36 + ((shelf * 7 + box * 11) % 30);
      canvas.fill(rectangle(898 + box * 65, y + 74 - height, 54, height), colour(paint));
    }
  }
}

function paintTools(canvas: Canvas): void {
  canvas.fill(roundedRectangle(560, 190, 230, 130, 8), colour('#8b6b45'));
  canvas.fill(stroke([590, 210], [590, 300], 10), STEEL);
  canvas.fill(ellipse(590, 214, 16), STEEL);
  canvas.fill(stroke([650, 210], [650, 300], 8), colour('#d24b32'));
  canvas.fill(rectangle(626, 208, 48, 20), STEEL);
  canvas.fill(polygon([706, 220], [772, 232], [772, 252], [706, 290]), STEEL);
  canvas.fill(roundedRectangle(1170, 410, 76, 110, 12), colour('#2f7d4f'));
}

/** 0 is shut, 1 is open. */
function doorAt(seconds: number): number {
  const rise = Math.min(1, Math.max(0, (seconds - OPENS) / DOOR_SECONDS));
  const fall = Math.min(1, Math.max(0, (seconds - CLOSES) / DOOR_SECONDS));
  return rise - fall;
}

function paintShutter(canvas: Canvas, open: number): void {
  const height = (DOOR.bottom - DOOR.top) * (1 - open);
  if (height <= 0) return;
  canvas.fill(rectangle(DOOR.x, DOOR.top, DOOR.width, height), STEEL);
  for (let y = DOOR.top + height - 6; y > DOOR.top; y -= 34) {
    canvas.fill(rectangle(DOOR.x, y, DOOR.width, Math.min(4, y - DOOR.top)), colour('#77818a'));
  }
}

function paintCar(canvas: Canvas, seconds: number): void {
  const coming = ease((seconds - COMES) / (STANDS - COMES));
  const going = ease((seconds - GOES) / (CLOSES - GOES));
  const x = OUTSIDE_X + (PARKED_X - OUTSIDE_X) * (coming - going);
  if (x <= OUTSIDE_X + 1) return;
  const place = { x, ground: 640, scale: 1.55, facing: 1 } as const;
  if (seconds < STANDS + 1) canvas.glow(x + 330, 575, 200, colour('#fff2c0'), 0.5);
  car(canvas, place, colour('#b3202a'));
}

function ease(share: number): number {
  const within = Math.min(1, Math.max(0, share));
  return within * within * (3 - 2 * within);
}

/** A tube that flickers when the door moves, as old ones do. */
function paintLamp(canvas: Canvas, seconds: number, isOn: boolean): void {
  const flickers = seconds < OPENS + 1 && Math.floor(seconds * 10) % 3 === 0;
  const isLit = isOn && !flickers && seconds < LOOP_SECONDS - 1;
  if (isLit) canvas.glow(700, 90, 330, colour('#f4fbff'), 0.5);
  canvas.fill(roundedRectangle(560, 76, 280, 16, 8), isLit ? colour('#ffffff') : colour('#98a2ab'));
}
