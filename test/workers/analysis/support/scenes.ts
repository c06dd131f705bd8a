/** Small grey scenes whose motion is known, picture by picture. */
import type { LumaPicture } from '../../../../workers/analysis/motion/luma-picture.ts';

export const WIDTH = 320;
export const HEIGHT = 180;
export const FPS = 5;
/** Room around the picture for a camera that shakes. */
const MARGIN = 16;

/** A block of one grey level, or, with `lift`, of a background that is brighter by it. */
export interface Block {
  x: number;
  y: number;
  width: number;
  height: number;
  level?: number;
  lift?: number;
}

/** What happens in one picture of a scene. */
export interface Moment {
  /** Where a block is, pixels; absent: there is none. */
  block?: Block;
  /** Factor on the light. */
  light?: number;
  /** How far the camera points aside, pixels. */
  shake?: { x: number; y: number };
  /** Standard deviation of the noise, grey levels. */
  noise?: number;
}

/** Numbers that look random and are the same in every run (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Draws scenes over one background that looks like a yard: large shapes, edges and fine texture. */
export class SceneArtist {
  readonly #background: Float32Array;
  readonly #random: () => number;

  constructor(seed = 1) {
    this.#random = createRandom(seed);
    this.#background = drawBackground(this.#random);
  }

  /** One picture, `index` frames after the first. */
  draw(index: number, { block, light = 1, shake = { x: 0, y: 0 }, noise = 2 }: Moment): LumaPicture {
    const pixels = new Uint8Array(WIDTH * HEIGHT);
    for (let y = 0; y < HEIGHT; y += 1) {
      for (let x = 0; x < WIDTH; x += 1) {
        const isBlock =
          block !== undefined &&
          x >= block.x &&
          x < block.x + block.width &&
          y >= block.y &&
          y < block.y + block.height;
        const from = (y + MARGIN + shake.y) * (WIDTH + 2 * MARGIN) + x + MARGIN + shake.x;
        const behind = this.#background[from] as number;
        const level = isBlock ? (block.level ?? behind + (block.lift ?? 0)) : behind;
        pixels[y * WIDTH + x] = Math.max(0, Math.min(255, level * light + this.#noise() * noise));
      }
    }
    return { width: WIDTH, height: HEIGHT, pixels, timestamp: 1000 + index / FPS };
  }

  /** Near enough to a normal distribution: the sum of some even ones. */
  #noise(): number {
    return (this.#random() + this.#random() + this.#random() + this.#random() - 2) * 1.73;
  }
}

function drawBackground(random: () => number): Float32Array {
  const [width, height] = [WIDTH + 2 * MARGIN, HEIGHT + 2 * MARGIN];
  const levels = new Float32Array(width * height);
  for (let at = 0; at < levels.length; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    levels[at] = 90 + 40 * Math.sin(x / 37) * Math.cos(y / 23) + 12 * Math.sin(x / 3 + y / 5) + 10 * random();
  }
  for (let shape = 0; shape < 14; shape += 1) {
    const [left, top] = [Math.floor(random() * width), Math.floor(random() * height)];
    const [wide, high, level] = [20 + random() * 60, 15 + random() * 50, 30 + random() * 190];
    for (let y = top; y < Math.min(height, top + high); y += 1)
      for (let x = left; x < Math.min(width, left + wide); x += 1)
        levels[y * width + x] = level + 10 * random();
  }
  return levels;
}
