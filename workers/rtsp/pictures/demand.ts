/** What the viewers of a camera want decoded. */

/** Nothing, keyframes only, every picture, or every picture in the quality of analysis. */
export type Demand = 'none' | 'keyframes' | 'all' | 'analysis';

/** Viewers as the pipeline sees them. */
export interface Viewers {
  /** The highest rate wanted, 0 without viewers. */
  readonly maxFps: number;
  /** Whether there are viewers beside analysis. */
  readonly needsFullQuality: boolean;
}

/** At this rate and below keyframes alone will do, where they come often enough. */
const KEYFRAME_ONLY_MAX_FPS = 2;
/** Keyframe intervals vary a little around the nominal one. */
const KEYFRAME_INTERVAL_SLACK = 1.1;

/** @param keyframeMs time from keyframe to keyframe, milliseconds; undefined while unknown */
export function demandOf(
  { maxFps, needsFullQuality }: Viewers,
  keyframeMs = Number.POSITIVE_INFINITY,
): Demand {
  if (maxFps === 0) return 'none';
  const suffices = keyframeMs <= (1000 / maxFps) * KEYFRAME_INTERVAL_SLACK;
  if (maxFps <= KEYFRAME_ONLY_MAX_FPS && suffices) return 'keyframes';
  return needsFullQuality ? 'all' : 'analysis';
}
