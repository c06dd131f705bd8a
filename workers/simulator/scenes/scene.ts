/** What a scene is: something that never moves, something that does, and the camera's lettering over it. */
import { Canvas } from './canvas.ts';
import { type Colour, colour } from './colour.ts';
import { heightOf, widthOf, write } from './lettering.ts';
import { rectangle, roundedRectangle } from './shapes.ts';

export const SCENE_WIDTH = 1280;
export const SCENE_HEIGHT = 720;
export const FRAMES_PER_SECOND = 15;
/** Length of a round; everything that moves is back at its start then. */
export const LOOP_SECONDS = 24;
export const LOOP_FRAMES = LOOP_SECONDS * FRAMES_PER_SECOND;

/** One simulated camera's view. */
export interface Scene {
  /** Path and big number in the picture. */
  number: string;
  title: string;
  /** Behind the number. */
  accent: Colour;
  /** Draws what stands still, once. */
  paintStill(canvas: Canvas): void;
  /** Draws what moves, `seconds` (0 to 24) into the round. */
  paintMoving(canvas: Canvas, seconds: number): void;
}

const INK = colour('#ffffff');
const BAR = colour('#000000');
const BAR_OPACITY = 0.45;
const BAR_HEIGHT = 56;
const MARGIN = 24;
const DOT = 4;
const NUMBER_DOT = 16;

/** Draws the frames of one scene. */
export class SceneRenderer {
  readonly #scene: Scene;
  readonly #still = new Canvas(SCENE_WIDTH, SCENE_HEIGHT);
  readonly #canvas = new Canvas(SCENE_WIDTH, SCENE_HEIGHT);

  constructor(scene: Scene) {
    this.#scene = scene;
    scene.paintStill(this.#still);
  }

  /** The frame with this index, YUV 4:2:0; valid until the next call. */
  render(index: number): Buffer {
    const seconds = index / FRAMES_PER_SECOND;
    this.#canvas.copyFrom(this.#still);
    this.#scene.paintMoving(this.#canvas, seconds);
    paintLettering(this.#canvas, this.#scene, seconds);
    return this.#canvas.bytes;
  }
}

function paintLettering(canvas: Canvas, { title, number, accent }: Scene, seconds: number): void {
  const y = (BAR_HEIGHT - heightOf(DOT)) / 2;
  canvas.fill(rectangle(0, 0, SCENE_WIDTH, BAR_HEIGHT), BAR, BAR_OPACITY);
  write(canvas, title.toUpperCase(), { x: MARGIN, y, dot: DOT, colour: INK });
  const time = formatTime(seconds);
  write(canvas, time, { x: SCENE_WIDTH - MARGIN - widthOf(time, DOT), y, dot: DOT, colour: INK });
  const size = heightOf(NUMBER_DOT) + 2 * MARGIN;
  const top = SCENE_HEIGHT - MARGIN - size;
  canvas.fill(roundedRectangle(MARGIN, top, size, size, MARGIN), accent);
  const x = MARGIN + (size - widthOf(number, NUMBER_DOT)) / 2;
  write(canvas, number, { x, y: top + MARGIN, dot: NUMBER_DOT, colour: INK });
}

/** `mm:ss.t`. */
function formatTime(seconds: number): string {
  const tenths = Math.floor(seconds * 10 + 1e-6);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(tenths / 600))}:${two(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
}
