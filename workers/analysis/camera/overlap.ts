/** Geometry of boxes. */
import type { Box } from '../detectors/detector.ts';

/** Intersection over union, 0 to 1. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a[2] * a[3] + b[2] * b[3] - shared);
}

/** 1 for equal centres, 0 for centres at least one box's longer side apart. */
export function nearness(a: Box, b: Box): number {
  const apart = Math.hypot(a[0] + a[2] / 2 - b[0] - b[2] / 2, a[1] + a[3] / 2 - b[1] - b[3] / 2);
  return Math.max(0, 1 - apart / Math.max(a[2], a[3], b[2], b[3]));
}

/** A box clipped to the picture. */
export function clampBox([x, y, width, height]: Box): Box {
  const [left, top] = [clamp(x), clamp(y)];
  return [left, top, Math.max(0, clamp(x + width) - left), Math.max(0, clamp(y + height) - top)];
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
