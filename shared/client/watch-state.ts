/** State of a watched camera, derived from the age of its newest frame, never from an open socket. */

/** Why there is no live picture. */
export interface WatchFault {
  /** Stable code. */
  code: string;
  message: string;
  /** What an operator can do about it. */
  hint: string | undefined;
}

/** State of a watched camera. */
export interface WatchState {
  /**
   * `live`: frames arrive. `connecting`: none arrived yet. `stale`: the newest is too old to
   * count as live. `offline`: the same, with the reason in `fault`. `paused`: stopped. `closed`.
   */
  kind: 'connecting' | 'live' | 'stale' | 'offline' | 'paused' | 'closed';
  /** Time since the newest frame arrived, milliseconds; undefined before the first. */
  ageMs: number | undefined;
  fault: WatchFault | undefined;
}

/** Facts behind a state. */
export interface WatchFacts {
  isClosed: boolean;
  isPaused: boolean;
  ageMs: number | undefined;
  /** Requested frame rate. */
  fps: number;
  /** Fault of the connection to the gateway, or of the camera. */
  fault: WatchFault | undefined;
}

const FRESH_MS = 3000;
/** Slow rates become stale later. */
const FRESH_FRAMES = 2.5;

/** Whether a newest frame of this age counts as live. */
export function isFresh({ ageMs, fps }: Pick<WatchFacts, 'ageMs' | 'fps'>): boolean {
  return ageMs !== undefined && ageMs <= Math.max(FRESH_MS, (FRESH_FRAMES * 1000) / fps);
}

/** Derives the state. */
export function stateOf(facts: WatchFacts): WatchState {
  const { ageMs, fault } = facts;
  if (facts.isClosed) return { kind: 'closed', ageMs, fault: undefined };
  if (facts.isPaused) return { kind: 'paused', ageMs, fault: undefined };
  if (isFresh(facts)) return { kind: 'live', ageMs, fault: undefined };
  if (fault !== undefined) return { kind: 'offline', ageMs, fault };
  return { kind: ageMs === undefined ? 'connecting' : 'stale', ageMs, fault: undefined };
}

/** Whether to notify a viewer; ages count in whole seconds, and not while live. */
export function isNews(before: WatchState, after: WatchState): boolean {
  if (before.kind !== after.kind || before.fault?.code !== after.fault?.code) return true;
  if (after.kind !== 'stale' && after.kind !== 'offline') return false;
  return seconds(before) !== seconds(after);
}

function seconds({ ageMs }: WatchState): number | undefined {
  return ageMs === undefined ? undefined : Math.floor(ageMs / 1000);
}
