/** How a watched camera is, told from the age of its newest frame and never from a socket being there. */

/** Why there is no live picture. */
export interface WatchFault {
  /** Stable. */
  code: string;
  message: string;
  /** What a person can do about it. */
  hint: string | undefined;
}

/** How a watched camera is. */
export interface WatchState {
  /**
   * `live`: frames come. `connecting`: none came yet. `stale`: the newest is too old to pass
   * for live. `offline`: the same, and `fault` says why. `paused`: nobody looks. `closed`.
   */
  kind: 'connecting' | 'live' | 'stale' | 'offline' | 'paused' | 'closed';
  /** Time since the newest frame came, milliseconds; undefined before the first. */
  ageMs: number | undefined;
  fault: WatchFault | undefined;
}

/** What a state is told from. */
export interface WatchFacts {
  isClosed: boolean;
  isPaused: boolean;
  ageMs: number | undefined;
  /** Asked-for rate, a second. */
  fps: number;
  /** What is wrong with the way to the gateway, or with the camera. */
  fault: WatchFault | undefined;
}

const FRESH_MS = 3000;
/** Slow rates are stale later. */
const FRESH_FRAMES = 2.5;

/** Whether a newest frame of this age passes for live. */
export function isFresh({ ageMs, fps }: Pick<WatchFacts, 'ageMs' | 'fps'>): boolean {
  return ageMs !== undefined && ageMs <= Math.max(FRESH_MS, (FRESH_FRAMES * 1000) / fps);
}

/** The state that follows from the facts. */
export function stateOf(facts: WatchFacts): WatchState {
  const { ageMs, fault } = facts;
  if (facts.isClosed) return { kind: 'closed', ageMs, fault: undefined };
  if (facts.isPaused) return { kind: 'paused', ageMs, fault: undefined };
  if (isFresh(facts)) return { kind: 'live', ageMs, fault: undefined };
  if (fault !== undefined) return { kind: 'offline', ageMs, fault };
  return { kind: ageMs === undefined ? 'connecting' : 'stale', ageMs, fault: undefined };
}

/** Whether a viewer should be told; ages count in whole seconds, and not while live. */
export function isNews(before: WatchState, after: WatchState): boolean {
  if (before.kind !== after.kind || before.fault?.code !== after.fault?.code) return true;
  if (after.kind !== 'stale' && after.kind !== 'offline') return false;
  return seconds(before) !== seconds(after);
}

function seconds({ ageMs }: WatchState): number | undefined {
  return ageMs === undefined ? undefined : Math.floor(ageMs / 1000);
}
