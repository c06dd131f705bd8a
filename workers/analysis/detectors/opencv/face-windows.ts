/** What the windows that look like faces say of them (Viola and Jones, 2001). */
import { clampBox, overlap } from '../../camera/overlap.ts';
import type { Box, Finding } from '../detector.ts';
import type { FoundWindow } from './found-window.ts';

/** Longer side of the pictures that are looked at, pixels. */
export const FACE_SIDE = 1280;

/** Windows that share more than this show the same face: no face is seen through another. */
const SAME_FACE = 0.3;
/** Windows reach from the brows to the mouth; forehead and chin are this share of that each. */
const BEYOND = 0.25;
/** On photographs, what four windows of the search agree on is a face, and fewer are something else: half a score. */
const EVEN_COUNT = 4;

/** One window for each face: that of which the search was surest, and all that lie there count for it. */
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
 * The face in a window of a picture of this size.
 * @param window weighed by how many windows of the search lie there: more agree on a face than on what only looks like one
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
