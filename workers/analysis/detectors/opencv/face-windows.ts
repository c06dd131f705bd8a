/** Converts windows of the cascade to faces (Viola and Jones, 2001). */
import { clampBox, overlap } from '../../camera/overlap.ts';
import type { Box, Finding } from '../detector.ts';
import type { FoundWindow } from './found-window.ts';

/** Longer side of searched pictures, pixels. */
export const FACE_SIDE = 1280;

/** Windows that overlap more than this show the same face. */
const SAME_FACE = 0.3;
/** Windows reach from brows to mouth; forehead and chin add this share each. */
const BEYOND = 0.25;
/** On photographs, four agreeing windows are a face as often as not: a score of one half. */
const EVEN_COUNT = 4;

/** One window per face: the one with most agreement, with the counts of all that overlap it. */
export function mergeWindows(windows: readonly FoundWindow[]): FoundWindow[] {
  const kept: FoundWindow[] = [];
  for (const window of [...windows].sort((a, b) => b.weight - a.weight)) {
    const same = kept.find((other) => overlap(toBox(window), toBox(other)) > SAME_FACE);
    if (same === undefined) kept.push({ ...window });
    else same.weight += window.weight;
  }
  return kept;
}

/**
 * The face in a window, for a picture of this size.
 * @param window weighted by the number of windows of the search that agree: more agree on a face
 */
export function toFace(window: FoundWindow, picture: { width: number; height: number }): Finding {
  const { left, top, width, height, weight } = window;
  const box = clampBox([
    left / picture.width,
    (top - height * BEYOND) / picture.height,
    width / picture.width,
    (height * (1 + 2 * BEYOND)) / picture.height,
  ]);
  return { label: 'face', score: weight / (weight + EVEN_COUNT), box };
}

function toBox({ left, top, width, height }: FoundWindow): Box {
  return [left, top, width, height];
}
