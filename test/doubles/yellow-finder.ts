/** A model server that finds what is yellow, looking at the real pixels of the picture that it is sent. */
import { decodeJpeg } from '../support/decode-jpeg.ts';

/** A box as Moondream answers it, in shares of the picture. */
export interface YellowBox {
  x_min: number;
  y_min: number;
  x_max: number;
  y_max: number;
}

const STEP = 4;
/** Fewer samples are noise. */
const MIN_SAMPLES = 12;

/** Finds the yellow area of a JPEG, @returns no box where there is none */
export function findYellow(jpeg: Buffer): YellowBox[] {
  const { width, height, at } = decodeJpeg(jpeg);
  const box = { x_min: 1, y_min: 1, x_max: 0, y_max: 0 };
  let samples = 0;
  for (let y = 0; y < height; y += STEP) {
    for (let x = 0; x < width; x += STEP) {
      const [red, green, blue] = at(x, y);
      if (red < 180 || green < 140 || blue > 90) continue;
      samples += 1;
      box.x_min = Math.min(box.x_min, x / width);
      box.x_max = Math.max(box.x_max, (x + STEP) / width);
      box.y_min = Math.min(box.y_min, y / height);
      box.y_max = Math.max(box.y_max, (y + STEP) / height);
    }
  }
  return samples < MIN_SAMPLES ? [] : [box];
}
