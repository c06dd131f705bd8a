/** Camera 4: a lane at night in the rain; someone walks by with a torch, a lamp sways. */
import type { Canvas } from './canvas.ts';
import { colour } from './colour.ts';
import { person, thereAndBack } from './figures.ts';
import { LOOP_SECONDS, type Scene } from './scene.ts';
import { ellipse, polygon, rectangle, roundedRectangle, stroke } from './shapes.ts';

const GROUND = 540;
const WALL = colour('#2b2f52');
/** The walker turns where not even the torch can be seen. */
const OUTSIDE_X = 1680;
const WAY = 1060;
const DROPS = 110;
const RAIN_ROWS = 780;

export const sideEntrance: Scene = {
  number: '4',
  title: 'Side Entrance',
  accent: colour('#6a3fa0'),

  paintStill(canvas) {
    canvas.gradient(0, GROUND, colour('#0b1030'), colour('#2a2350'));
    paintMoon(canvas);
    paintSkyline(canvas);
    paintHouse(canvas);
    canvas.gradient(GROUND, 720, colour('#2c2d45'), colour('#15162a'));
    canvas.grain(GROUND, 720, 3);
    canvas.fill(polygon([0, 640], [1280, 600], [1280, 690], [0, 720]), colour('#383a58'));
    canvas.fill(ellipse(430, 672, 150, 14), colour('#4b4f7c'), 0.7);
    canvas.fill(ellipse(900, 650, 110, 10), colour('#4b4f7c'), 0.7);
  },

  paintMoving(canvas, seconds) {
    paintLamp(canvas, seconds);
    paintTelevision(canvas, seconds);
    paintWalker(canvas, seconds);
    paintRain(canvas, seconds);
  },
};

function paintMoon(canvas: Canvas): void {
  canvas.glow(1080, 150, 190, colour('#cdd6ff'), 0.55);
  canvas.fill(ellipse(1080, 150, 52), colour('#f1f0dc'));
  for (const [dx, dy, radius] of [
    [-16, -10, 11],
    [14, 12, 14],
    [18, -20, 7],
  ] as const) {
    canvas.fill(ellipse(1080 + dx, 150 + dy, radius), colour('#d8d6bd'));
  }
  for (let star = 0; star < 40; star += 1) {
    const x = 570 + ((star * star * 149 + star * 31) % 700);
    const y = 70 + ((star * star * 61 + star * 97) % 240);
    canvas.fill(ellipse(x, y, 1 + (star % 3) * 0.6), colour('#e8ecff'), 0.8);
  }
}

function paintSkyline(canvas: Canvas): void {
  for (const [x, top, width] of [
    [560, 380, 130],
    [680, 330, 110],
    [800, 400, 150],
    [940, 350, 120],
    [1060, 420, 240],
  ] as const) {
    canvas.fill(rectangle(x, top, width, GROUND - top), colour('#151a3b'));
    for (let y = top + 20; y < GROUND - 40; y += 34) {
      const isLit = (x + y * 7) % 3 === 0;
      if (isLit) canvas.fill(rectangle(x + 18 + (y % 40), y, 16, 18), colour('#e9b949'), 0.8);
    }
  }
}

function paintHouse(canvas: Canvas): void {
  canvas.fill(rectangle(0, 60, 560, GROUND - 60), WALL);
  for (let y = 84; y < GROUND; y += 30) canvas.fill(rectangle(0, y, 560, 3), colour('#232747'));
  canvas.fill(rectangle(300, 250, 170, 290), colour('#17193a'));
  canvas.fill(rectangle(314, 264, 142, 276), colour('#7c3b58'));
  canvas.fill(roundedRectangle(336, 288, 98, 90, 8), colour('#4b2236'));
  canvas.fill(ellipse(440, 412, 7), colour('#d8b25a'));
  canvas.fill(rectangle(286, 530, 200, 18), colour('#50547d'));
  canvas.fill(rectangle(60, 220, 170, 150), colour('#17193a'));
}

function paintLamp(canvas: Canvas, seconds: number): void {
  const angle = Math.sin((seconds / LOOP_SECONDS) * 2 * Math.PI * 8) * 0.22;
  const x = 385 + Math.sin(angle) * 74;
  const y = 138 + Math.cos(angle) * 74;
  canvas.glow(x, y + 110, 270, colour('#ffc861'), 0.42);
  canvas.fill(stroke([385, 138], [x, y], 4), colour('#0d0f24'));
  canvas.fill(
    polygon([x - 10, y - 8], [x + 10, y - 8], [x + 30, y + 22], [x - 30, y + 22]),
    colour('#0d0f24'),
  );
  canvas.fill(ellipse(x, y + 24, 16, 9), colour('#fff1c4'));
}

/** The window's light changes with what is on. */
function paintTelevision(canvas: Canvas, seconds: number): void {
  const shade = ['#3f6fb5', '#5d8fd0', '#2f4f92', '#7fa6d8'][Math.floor(seconds * 1.5) % 4] as string;
  canvas.fill(rectangle(72, 232, 146, 126), colour(shade));
  canvas.fill(rectangle(140, 232, 8, 126), colour('#17193a'));
  canvas.fill(rectangle(72, 290, 146, 8), colour('#17193a'));
}

function paintWalker(canvas: Canvas, seconds: number): void {
  const share = seconds / LOOP_SECONDS;
  const x = OUTSIDE_X - thereAndBack(share) * WAY;
  const facing = share < 0.5 ? -1 : 1;
  const ground = 650;
  const hand = [x + facing * 30, ground - 96] as const;
  const reach = facing * (330 + 20 * Math.sin(share * 2 * Math.PI * 18));
  canvas.fill(
    polygon(hand, [hand[0] + reach, ground - 20], [hand[0] + reach * 0.9, ground + 44]),
    colour('#fff3b8'),
    0.3,
  );
  canvas.fill(ellipse(hand[0] + reach * 0.93, ground + 14, 52, 18), colour('#fff6cf'), 0.4);
  const look = { coat: colour('#b23a48'), trousers: colour('#20223c'), hair: colour('#141425') };
  person(canvas, { x, ground, scale: 1.95, facing, seconds }, look);
  canvas.fill(ellipse(hand[0], hand[1], 8), colour('#fffbe6'));
}

/** Every drop falls a whole number of times in a round. */
function paintRain(canvas: Canvas, seconds: number): void {
  for (let drop = 0; drop < DROPS; drop += 1) {
    const falls = 20 + (drop % 7);
    const share = ((seconds / LOOP_SECONDS) * falls + drop * 0.618) % 1;
    const x = ((drop * 131) % 1330) - share * 60;
    const y = 40 + share * RAIN_ROWS;
    canvas.fill(stroke([x, y], [x - 3, y + 26], 1.6), colour('#aab6e6'), 0.45);
  }
}
