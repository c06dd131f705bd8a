/** Sends a movie, whole or a range of it (RFC 9110 section 14), reading files while it goes. */
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { AppError } from '#shared/errors.ts';
import type { PlannedMovie } from './movies.ts';

/** Read in one go. */
const BLOCK_BYTES = 512 * 1024;

/** @param name of the file for those who save it @throws AppError `range-not-satisfiable` */
export async function sendMovie(
  req: Request,
  res: Response,
  movie: PlannedMovie,
  name: string,
): Promise<void> {
  const etag = `"${movie.tag}"`;
  res.set({
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    'Content-Disposition': `inline; filename="${name}"`,
    'Content-Type': 'video/mp4',
    ETag: etag,
    'X-Content-Type-Options': 'nosniff',
    'X-Recording-Start': new Date(movie.startedAt).toISOString(),
  });
  const range = rangeOf(req, etag, movie.bytes);
  if (range === undefined) {
    res.set('Content-Range', `bytes */${movie.bytes}`);
    throw new AppError('range-not-satisfiable', 'The range is outside the movie');
  }
  const { start, end, isPart } = range;
  if (isPart) res.status(206).set('Content-Range', `bytes ${start}-${end - 1}/${movie.bytes}`);
  res.set('Content-Length', String(end - start));
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  await pipeline(Readable.from(readMovie(movie, start, end)), res).catch((error: NodeJS.ErrnoException) => {
    // The client has what it wants.
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}

/** @returns undefined for a range outside of the movie; one that cannot be understood is the whole movie */
function rangeOf(
  req: Request,
  etag: string,
  bytes: number,
): { start: number; end: number; isPart: boolean } | undefined {
  const whole = { start: 0, end: bytes, isPart: false };
  const condition = req.get('If-Range');
  if (condition !== undefined && condition !== etag) return whole;
  const ranges = req.range(bytes);
  if (ranges === -1) return undefined;
  if (ranges === undefined || ranges === -2 || ranges.length !== 1 || ranges.type !== 'bytes') return whole;
  const { start, end } = ranges[0] as { start: number; end: number };
  return { start, end: end + 1, isPart: true };
}

/** Bytes of a movie. @param end exclusive */
async function* readMovie({ head, pieces, paths }: PlannedMovie, start: number, end: number) {
  if (start < head.length) yield head.subarray(start, end);
  let file: { source: number; handle: FileHandle } | undefined;
  let at = head.length;
  try {
    for (const { source, offset, bytes } of pieces) {
      const [from, to] = [Math.max(start, at), Math.min(end, at + bytes)];
      if (at >= end) return;
      if (from < to) {
        if (file?.source !== source) {
          await file?.handle.close();
          file = { source, handle: await open(paths[source] as string, 'r') };
        }
        yield* readRange(file.handle, offset + from - at, to - from);
      }
      at += bytes;
    }
  } finally {
    await file?.handle.close();
  }
}

async function* readRange(handle: FileHandle, offset: number, bytes: number) {
  for (let done = 0; done < bytes; ) {
    const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, bytes - done));
    const { bytesRead } = await handle.read(block, 0, block.length, offset + done);
    if (bytesRead === 0) throw new Error('a segment is shorter than it was');
    done += bytesRead;
    yield block.subarray(0, bytesRead);
  }
}
