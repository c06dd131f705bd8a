/** `MAX_CAMERAS`: how many cameras a gateway runs. Those that are stored but switched off are not counted. */
import type { RequestHandler } from 'express';
import type { CameraStatus } from '#shared/contract/status.ts';
import { AppError } from '#shared/errors.ts';
import { absentStatus } from './absent-status.ts';

/** The limit, over the ids of the cameras that run or shall run, those with the first claim first. */
export class CameraLimit {
  readonly #most: number;
  readonly #isShared: boolean;

  /** @param isShared other gateways run some of the cameras: only new ones are refused */
  constructor(most: number, isShared: boolean) {
    this.#most = most;
    this.#isShared = isShared;
  }

  /**
   * Whether cameras fit beside those that run.
   * @param ended those that stop with it
   * @throws AppError `too-many-requests`
   */
  check(running: Iterable<string>, ids: readonly string[], ended: readonly string[]): void {
    const all = new Set(running);
    if (ids.every((id) => all.has(id))) return;
    for (const id of ended) all.delete(id);
    for (const id of ids) all.add(id);
    if (all.size > this.#most)
      throw new AppError(
        'too-many-requests',
        `This gateway runs at most ${this.#most} cameras (MAX_CAMERAS); switch others off, or raise the limit`,
      );
  }

  /** Cameras for which there is no room; they came from the database, which others write too. */
  beyond(running: readonly string[]): ReadonlySet<string> {
    return new Set(this.#isShared ? [] : running.slice(this.#most));
  }
}

/**
 * Cameras that run or shall run, the demo apart: those that clients connected, then the stored ones in order of
 * arrival. @param session undefined: disconnected by a client
 */
export function runningCameras(
  session: ReadonlyMap<string, { origin: string } | undefined>,
  stored: ReadonlyMap<string, { enabled: boolean }>,
): string[] {
  const connected = [...session].filter(([, camera]) => camera?.origin === 'connected');
  const enabled = [...stored].filter(([id, camera]) => camera.enabled && !session.has(id));
  return [...connected, ...enabled].map(([id]) => id);
}

/** Members of one set alone. */
export function differenceOf(a: ReadonlySet<string>, b: ReadonlySet<string>): string[] {
  return [...[...a].filter((id) => !b.has(id)), ...[...b].filter((id) => !a.has(id))];
}

/** What tells which cameras are left out. */
interface Limited {
  readonly beyondLimit: ReadonlySet<string>;
}

/** Answers `GET /api/cameras/:cameraId/status` of a camera that is left out. @param otherwise answers for others */
export function limitedStatusHandler(directory: Limited, otherwise: RequestHandler): RequestHandler {
  return (req, res, next) => {
    const cameraId = String(req.params.cameraId);
    if (!directory.beyondLimit.has(cameraId)) return otherwise(req, res, next);
    res.setHeader('Cache-Control', 'no-store').json(limitedStatus(cameraId));
  };
}

/** States of all cameras that are left out, by id. */
export function limitedStatuses({ beyondLimit }: Limited): [string, CameraStatus][] {
  return [...beyondLimit].map((id) => [id, limitedStatus(id)]);
}

function limitedStatus(cameraId: string): CameraStatus {
  return absentStatus(
    cameraId,
    new AppError('camera-limit', 'This gateway runs as many cameras as MAX_CAMERAS allows'),
  );
}
