/** Camera 2: a lawn under a blue sky; a dog runs after a ball, clouds drift. */
import type { Canvas } from './canvas.ts';
import { colour } from './colour.ts';
import { cloud, dog } from './figures.ts';
import { LOOP_SECONDS, type Scene } from './scene.ts';
import { ellipse, polygon, rectangle, roundedRectangle, stroke } from './shapes.ts';

const HORIZON = 400;
const FENCE = colour('#f4f1ea');
const BARK = colour('#6b4a2f');
const LEAVES = [colour('#2f7a3c'), colour('#3d9149'), colour('#56a957')] as const;
const CLOUD_WAY = 1700;
const LAP_SECONDS = 8;

export const backYard: Scene = {
  number: '2',
  title: 'Back Yard',
  accent: colour('#2e8b3d'),

  paintStill(canvas) {
    canvas.gradient(0, HORIZON, colour('#3f8fd8'), colour('#c3e4f7'));
    canvas.glow(1090, 130, 260, colour('#fff6c9'), 0.8);
    canvas.fill(ellipse(1090, 130, 46), colour('#fff3b0'));
    canvas.fill(ellipse(300, 470, 520, 130), colour('#6f9f7c'));
    canvas.fill(ellipse(980, 480, 560, 150), colour('#7fae84'));
    canvas.gradient(HORIZON, 720, colour('#7cc254'), colour('#3f8f34'));
    canvas.grain(HORIZON, 720, 6);
    paintFence(canvas);
    paintTree(canvas);
    paintPool(canvas);
  },

  paintMoving(canvas, seconds) {
    const drift = (seconds / LOOP_SECONDS) * CLOUD_WAY;
    for (const [start, y, scale] of [
      [0, 130, 1.1],
      [640, 205, 0.8],
      [1150, 105, 1.3],
    ] as const) {
      cloud(canvas, ((start + drift) % CLOUD_WAY) - 200, y, scale, 0.85);
    }
    paintSwing(canvas, seconds);
    paintChase(canvas, seconds);
  },
};

function paintFence(canvas: Canvas): void {
  for (const y of [352, 396]) canvas.fill(rectangle(0, y, 1280, 12), FENCE);
  for (let x = 8; x < 1280; x += 44) {
    canvas.fill(rectangle(x, 328, 26, 104), FENCE);
    canvas.fill(polygon([x, 328], [x + 26, 328], [x + 13, 308]), FENCE);
    canvas.fill(rectangle(x + 22, 328, 4, 104), colour('#cfcabf'));
  }
}

function paintTree(canvas: Canvas): void {
  canvas.fill(ellipse(250, 520, 170, 22), colour('#2f6f28'), 0.6);
  canvas.fill(polygon([226, 520], [284, 520], [268, 250], [240, 250]), BARK);
  canvas.fill(stroke([255, 290], [420, 222], 18), BARK);
  for (const [index, [x, y, radius]] of (
    [
      [170, 190, 92],
      [330, 190, 100],
      [250, 130, 110],
      [200, 110, 60],
      [330, 140, 62],
      [240, 180, 70],
    ] as const
  ).entries()) {
    canvas.fill(ellipse(x, y, radius, radius * 0.82), LEAVES[Math.floor(index / 2)] ?? LEAVES[0]);
  }
}

function paintPool(canvas: Canvas): void {
  canvas.fill(ellipse(960, 520, 210, 52), colour('#d9d4c7'));
  canvas.fill(ellipse(960, 516, 188, 42), colour('#35a7cf'));
  canvas.fill(ellipse(925, 508, 90, 14), colour('#7fd0e8'), 0.8);
}

function paintSwing(canvas: Canvas, seconds: number): void {
  const angle = Math.sin((seconds / LOOP_SECONDS) * 2 * Math.PI * 10) * 0.5;
  const seat = [405 + Math.sin(angle) * 225, 232 + Math.cos(angle) * 225] as const;
  for (const side of [-16, 16]) {
    canvas.fill(stroke([405 + side, 228], [seat[0] + side, seat[1]], 3), colour('#e8dcc0'));
  }
  canvas.fill(roundedRectangle(seat[0] - 28, seat[1] - 4, 56, 12, 4), colour('#c8402f'));
}

/** Three laps in a round: there with the ball in front, and back. */
function paintChase(canvas: Canvas, seconds: number): void {
  const [ballX, ballFacing] = lapAt(seconds);
  const height = Math.abs(Math.sin(seconds * Math.PI * 1.25)) * 110;
  canvas.fill(ellipse(ballX, 640, 26, 6), colour('#000000'), 0.3);
  canvas.fill(ellipse(ballX, 616 - height, 25), colour('#e5322d'));
  canvas.fill(ellipse(ballX - ballFacing * 6, 610 - height, 9), colour('#ffffff'), 0.85);
  const [x, facing] = lapAt(seconds - 0.8);
  dog(canvas, { x, ground: 648, scale: 1.6, facing, seconds }, colour('#b9793f'));
}

function lapAt(seconds: number): [x: number, facing: 1 | -1] {
  const share = (((seconds % LAP_SECONDS) + LAP_SECONDS) % LAP_SECONDS) / LAP_SECONDS;
  const x = 700 - Math.cos(share * 2 * Math.PI) * 440;
  return [x, share < 0.5 ? 1 : -1];
}
