/** Serves an uploaded video, whole or in ranges (RFC 9110 section 14), never as another type. */
import { basename, dirname, extname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
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
  const headers = headersOf(name);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  res.sendFile(name, { root: dirname(file), headers, maxAge: 0, dotfiles: 'allow' }, (error) => {
    if (error === undefined || error === null || req.destroyed || res.writableEnded) resolve();
    else reject(toAppError(error, res));
  });
  await promise;
}

/** Headers of the store that are passed on. */
const FROM_STORE = ['content-length', 'content-range', 'etag', 'last-modified'];

/**
 * Sends the answer of a bucket to a request for a video.
 * @throws AppError `range-not-satisfiable`
 */
export async function sendAnswer(
  { status, headers, body }: globalThis.Response,
  name: string,
  req: Request,
  res: Response,
): Promise<void> {
  const fromStore = FROM_STORE.flatMap((header) => {
    const value = headers.get(header);
    return value === null ? [] : [[header, value] as const];
  });
  if (status === 416) {
    await body?.cancel();
    const range = headers.get('content-range');
    if (range !== null) res.setHeader('Content-Range', range);
    throw new AppError('range-not-satisfiable', 'The range is outside the video');
  }
  res.status(status).set({
    ...headersOf(name),
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'public, max-age=0',
    ...Object.fromEntries(fromStore),
  });
  if (body === null || req.method === 'HEAD') {
    await body?.cancel();
    res.end();
    return;
  }
  // A client that left, or a store that broke off, ends the other side; the headers are out.
  await pipeline(Readable.fromWeb(body as ReadableStream), res).catch(() => res.destroy());
}

function headersOf(name: string): Record<string, string> {
  return {
    'Content-Type': videoType(name),
    'Content-Disposition': `inline; filename="${name}"`,
    'X-Content-Type-Options': 'nosniff',
    // Opened on its own, a video runs no script, whichever type a browser sniffs.
    'Content-Security-Policy': "default-src 'none'; media-src 'self'; sandbox",
  };
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
