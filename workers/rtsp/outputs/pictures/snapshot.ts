/** `GET /api/cameras/:id/frame`: the newest picture from memory, never an old one passed off as live. */
import { randomBytes } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import { parseFields } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import { snapshotQuerySchema } from '#shared/frames/subscription.ts';
import { goneSignal } from '#shared/http/gone-signal.ts';
import type { CameraSet } from '../../camera/camera-set.ts';
import { formatKey, type Picture } from '../../pictures/picture.ts';

/** Sequence numbers start again with every process, entity tags must not. */
const TAG_PREFIX = randomBytes(4).toString('hex');

/** Creates the route handler. */
export function snapshotRoute(cameras: CameraSet): RequestHandler<{ id: string }> {
  return async (req, res) => {
    const { maxAgeMs, seq, ...format } = parseFields(snapshotQuerySchema, req.query);
    const camera = cameras.get(req.params.id);
    if (seq !== undefined) {
      const kept = cameras.find(camera.id, seq, format);
      if (kept === undefined) throw new AppError('not-found', `Frame ${seq} is no longer kept`);
      sendPicture(res, kept);
      return;
    }
    const picture = await cameras.snapshot(camera, format, goneSignal(res));
    if (maxAgeMs !== 'any' && picture.ageMs() > maxAgeMs) throw staleError(picture, camera.connection.reason);
    const tag = `"${TAG_PREFIX}-${picture.facts.sequence}-${formatKey(format)}"`;
    res.setHeader('ETag', tag);
    if (isKnown(req.headers['if-none-match'], tag)) {
      setFacts(res, picture);
      res.status(304).end();
      return;
    }
    sendPicture(res, picture);
  };
}

/** Sends a picture with its facts in headers. */
export function sendPicture(res: Response, picture: Picture): void {
  setFacts(res, picture);
  res.type('image/jpeg').setHeader('Content-Length', picture.bytes.length);
  res.end(picture.bytes);
}

function setFacts(res: Response, picture: Picture): void {
  res.setHeader('X-Frame-Timestamp', picture.facts.timestamp);
  res.setHeader('X-Frame-Age-Ms', picture.ageMs());
  res.setHeader('X-Frame-Sequence', picture.facts.sequence);
  // A cache may keep the picture but must ask whether it is still the newest.
  res.setHeader('Cache-Control', 'no-cache');
}

function isKnown(header: string | undefined, tag: string): boolean {
  return header?.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === tag) ?? false;
}

function staleError(picture: Picture, reason: AppError | undefined): AppError {
  const ageMs = picture.ageMs();
  const why = reason === undefined ? '' : `: ${reason.message}`;
  return new AppError('stale-frame', `The newest frame is ${ageMs} ms old${why}`, {
    retryAfter: 1,
    extra: { ageMs, reason: reason?.code, timestamp: picture.facts.timestamp },
  });
}
