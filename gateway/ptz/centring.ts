/** Brings an object or a point into the middle of a camera's picture. */
import { AppError } from '#shared/errors.ts';
import { type PicturePoint, USUAL_ASPECT, wayTo } from './aim.ts';
import { PtzLink, type PtzState, type Turn } from './ptz-link.ts';
import type { Sight, Sighting } from './sight.ts';

/** What was reached. */
export interface Centred {
  centred: boolean;
  moves: number;
  /** From the middle, in shares; null of a point, which cannot be seen again. */
  offset: PicturePoint | null;
}

/** A camera to be turned. */
export interface TurningOptions {
  cameraId: string;
  link: Pick<PtzLink, 'state' | 'turn'>;
  signal: AbortSignal;
}

/** A camera to be turned to what is seen. */
export interface CentringOptions extends TurningOptions {
  sight: Pick<Sight, 'look'>;
}

const MAX_MOVES = 4;
/** A camera whose range or lens is not as set turns too far or too little; what is seen after a move tells by how much. */
const GAIN = { least: 0.25, most: 4 };
/** Smaller turns tell nothing of the scale, degrees. */
const MIN_TELLING_TURN = 0.5;

/** Turns once, by the field of view. @throws AppError */
export async function centrePoint(point: PicturePoint, options: TurningOptions): Promise<Centred> {
  const { link, signal } = options;
  const state = await link.state(signal);
  await link.turn(wayTo(point, viewOf(state, USUAL_ASPECT)), state, signal);
  return { centred: true, moves: 1, offset: null };
}

/** Turns, looks again, and corrects. @throws AppError `object-not-seen` and what moving and looking throw */
export async function centreObject(
  object: string,
  tolerance: number,
  options: CentringOptions,
): Promise<Centred> {
  const { cameraId, link, sight, signal } = options;
  const gain: Turn = { pan: 1, tilt: 1 };
  let since = Date.now();
  let last: { way: Turn; turned: Turn } | undefined;
  let seen: Sighting | undefined;
  for (let moves = 0; ; moves += 1) {
    const { sightings, aspect = USUAL_ASPECT } = await sight.look(cameraId, object, { since, signal });
    const found = nearest(sightings, last === undefined ? seen : { x: 0.5, y: 0.5 });
    if (found === undefined) {
      if (seen === undefined) throw new AppError('object-not-seen', `The camera does not show "${object}"`);
      return { centred: false, moves, offset: offsetOf(seen) };
    }
    seen = found;
    const offset = offsetOf(found);
    const isClose = Math.abs(offset.x) <= tolerance && Math.abs(offset.y) <= tolerance;
    if (isClose || moves === MAX_MOVES) return { centred: isClose, moves, offset };
    const state = await link.state(signal);
    const way = wayTo(found, viewOf(state, aspect));
    if (last !== undefined) correct(gain, last, way);
    const turned = { pan: way.pan * gain.pan, tilt: way.tilt * gain.tilt };
    last = { way, turned };
    await link.turn(turned, state, signal);
    since = Date.now();
  }
}

function viewOf(state: PtzState, aspect: number) {
  return { fieldOfView: state.fieldOfView, aspect, tilt: PtzLink.tiltOf(state) };
}

/** Compares the way that was covered with the turn that was ordered. */
function correct(gain: Turn, { way, turned }: { way: Turn; turned: Turn }, left: Turn): void {
  for (const axis of ['pan', 'tilt'] as const) {
    if (Math.abs(turned[axis]) < MIN_TELLING_TURN) continue;
    const covered = (way[axis] - left[axis]) / turned[axis];
    // A turn away from the object is an object that moved.
    if (covered > 0) gain[axis] = Math.min(GAIN.most, Math.max(GAIN.least, 1 / covered));
  }
}

function offsetOf({ x, y }: PicturePoint): PicturePoint {
  return { x: x - 0.5, y: y - 0.5 };
}

/** The sighting next to where it is expected; the tallest where nothing is expected. */
export function nearest(
  sightings: readonly Sighting[],
  expected: PicturePoint | undefined,
): Sighting | undefined {
  const distance = ({ x, y, height }: Sighting): number =>
    expected === undefined ? -height : Math.hypot(x - expected.x, y - expected.y);
  return sightings.toSorted((a, b) => distance(a) - distance(b))[0];
}
