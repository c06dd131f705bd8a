/** Serves an uploaded video, whole or in ranges (RFC 9110 section 14), never as another type. */
import { basename, dirname, extname } from 'node:path';
import type { Request, Response } from 'express';
import { AppError } from '#shared/errors.ts';

/** Types by extension; a file with another extension is only saved by browsers. */
const TYPES: Record<string, string> = {
  '.mp4': 'video/mp4',
  '.m4v': 'video/mp4',
  '.mov': 'video/quicktime',
  '.mkv': 'video/x-matroska',
  '.webm': 'video/webm',
  '.avi': 'video/x-msvideo',
  '.ts': 'video/mp2t',
  '.m2ts': 'video/mp2t',
  '.mpg': 'video/mpeg',
  '.mpeg': 'video/mpeg',
  '.flv': 'video/x-flv',
  '.3gp': 'video/3gpp',
  '.ogv': 'video/ogg',
  '.wmv': 'video/x-ms-wmv',
};
const OTHER_TYPE = 'application/octet-stream';

/** The type a stored file is served with. */
export function videoType(name: string): string {
  return TYPES[extname(name).toLowerCase()] ?? OTHER_TYPE;
}

/**
 * Sends a file of the uploads folder.
 * @param file absolute path
 * @throws AppError `range-not-satisfiable`, or `camera-stream-not-found` when the file is gone
 */
export async function serveVideo(file: string, req: Request, res: Response): Promise<void> {
  const name = basename(file);
  const headers = {
    'Content-Type': videoType(name),
    'Content-Disposition': `inline; filename="${name}"`,
    'X-Content-Type-Options': 'nosniff',
    // Opened on its own, a video runs no script, whichever type a browser sniffs.
    'Content-Security-Policy': "default-src 'none'; media-src 'self'; sandbox",
  };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  res.sendFile(name, { root: dirname(file), headers, maxAge: 0, dotfiles: 'allow' }, (error) => {
    if (error === undefined || error === null || req.destroyed || res.writableEnded) resolve();
    else reject(toAppError(error, res));
  });
  await promise;
}

function toAppError(
  error: Error & { status?: number; headers?: Record<string, string> },
  res: Response,
): unknown {
  // Headers of the file are wrong for an error.
  for (const name of ['Content-Disposition', 'Cache-Control', 'ETag', 'Last-Modified'])
    res.removeHeader(name);
  if (error.status === 404)
    return new AppError('camera-stream-not-found', 'The video no longer exists', { cause: error });
  if (error.status !== 416) return error;
  const range = error.headers?.['Content-Range'];
  if (range !== undefined) res.setHeader('Content-Range', range);
  return new AppError('range-not-satisfiable', 'The range is outside the video', { cause: error });
}
