/** Converts windows of the HOG search to persons (Dalal and Triggs, 2005). */
import { clampBox } from '../../camera/overlap.ts';
import type { Finding } from '../detector.ts';
import type { FoundWindow } from './found-window.ts';

/** Longer side of searched pictures, pixels. */
export const HOG_SIDE = 640;

/** In training windows of 64x128, persons were about 96 high and 40 wide. */
const MARGIN = { side: 12 / 64, end: 16 / 128 };
/** On photographs, windows of this weight are right as often as wrong: a score of one half. */
const EVEN_WEIGHT = 0.8;
const STEEPNESS = 2;

/**
 * The person in a window, for a picture of this size.
 * @param window weighted by its distance from the separating plane of the classifier
 */
export function toPerson(window: FoundWindow, picture: { width: number; height: number }): Finding {
  const { left, top, width, height, weight } = window;
  const box = clampBox([
    (left + width * MARGIN.side) / picture.width,
    (top + height * MARGIN.end) / picture.height,
    (width * (1 - 2 * MARGIN.side)) / picture.width,
    (height * (1 - 2 * MARGIN.end)) / picture.height,
  ]);
  return { label: 'person', score: 1 / (1 + Math.exp(-STEEPNESS * (weight - EVEN_WEIGHT))), box };
}
