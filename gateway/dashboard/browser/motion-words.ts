/** The meter of motion, in words and lengths. */
import type { MotionLevel } from '#shared/client/api-types.ts';

/** Ends of the scale of areas, as shares of the picture; it is logarithmic. */
const LEAST = 0.0001;
const MOST = 0.5;

/** Place on the scale, 0 to 1. */
export function placeOf(area: number): number {
  const place = Math.log(Math.max(area, LEAST) / LEAST) / Math.log(MOST / LEAST);
  return Math.min(1, Math.max(0, place));
}

/** Area at a place on the scale, to two digits. */
export function areaAt(place: number): number {
  return Number((LEAST * (MOST / LEAST) ** place).toPrecision(2));
}

/** `0.30 %`. */
export function areaText(area: number): string {
  const percent = area * 100;
  return `${percent >= 10 ? percent.toFixed(0) : percent >= 1 ? percent.toFixed(1) : percent.toFixed(2)} %`;
}

/** What a level means with the least area as it is drawn. */
export function levelText({ state, area }: MotionLevel, minArea: number): string {
  if (state === 'learning') return 'Learning what the picture looks like';
  if (state === 'scene-change') return 'The whole picture changed: not motion';
  if (area === 0) return 'Nothing moves';
  return `${areaText(area)} moves: ${area >= minArea ? 'counts as motion' : 'too little to count'}`;
}
