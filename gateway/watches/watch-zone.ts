/** What a watch on a zone looks at and counts. */
import type { Area } from '#shared/contract/reason.ts';
import type { Zone } from '#shared/contract/zone.ts';
import { AppError } from '#shared/errors.ts';
import { MIN_AREA_SIDE } from '#shared/frames/subscription.ts';
import { boundsOf, isInside } from '#shared/polygon.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { Said } from '../reasoning/reasoner.ts';
import type { WatchSettings } from './watch.ts';

/** The zone of a watch; undefined where it names none. @throws AppError `zone-not-found` */
export function zoneOf(
  { cameraId, zone: name }: Pick<WatchSettings, 'cameraId' | 'zone'>,
  directory: Pick<CameraDirectory, 'find'>,
): Zone | undefined {
  if (name === null) return undefined;
  const zone = directory.find(cameraId)?.zones?.find((each) => each.name === name);
  if (zone !== undefined) return zone;
  throw new AppError('zone-not-found', `Camera ${cameraId} has no zone ${name}`, { field: 'zone' });
}

/** The part of the picture around a zone, not smaller than a part may be. */
export function areaAround({ polygon }: Zone): Area {
  const [left, top, width, height] = boundsOf(polygon);
  const [wide, high] = [Math.max(width, MIN_AREA_SIDE), Math.max(height, MIN_AREA_SIDE)];
  return [Math.min(left, 1 - wide), Math.min(top, 1 - high), wide, high];
}

/** What was found whose foot, the middle of its lower edge, or whose point is in a zone. */
export function foundInZone(said: Said, { polygon }: Zone): Said {
  const objects = said.objects?.filter(({ x_min, x_max, y_max }) =>
    isInside(polygon, [(x_min + x_max) / 2, Math.min(y_max, 0.9999)]),
  );
  const points = said.points?.filter(({ x, y }) => isInside(polygon, [x, y]));
  return { ...said, ...(objects && { objects }), ...(points && { points }) };
}
