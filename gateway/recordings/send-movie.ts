/** Sends a movie, whole or a range of it (RFC 9110 section 14), reading its files while it goes. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { AppError } from '#shared/errors.ts';
import type { MoviePiece } from '#shared/media/mp4/movie.ts';
import type { PlannedMovie } from './movies.ts';

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
async function* readMovie({ head, pieces, files }: PlannedMovie, start: number, end: number) {
  if (start < head.length) yield head.subarray(start, end);
  for (const run of runsOf(pieces, start - head.length, end - head.length)) {
    const [first, last] = [run[0] as MoviePiece, run.at(-1) as MoviePiece];
    const file = files[first.source] as PlannedMovie['files'][number];
    yield* cut(file.read(first.offset, last.offset + last.bytes), run);
  }
}

/** Pieces of a range, those together that follow one another in one file: each run is read in one go. */
function runsOf(pieces: readonly MoviePiece[], start: number, end: number): MoviePiece[][] {
  const runs: MoviePiece[][] = [];
  let at = 0;
  for (const { source, offset, bytes } of pieces) {
    const [from, to] = [Math.max(start, at), Math.min(end, at + bytes)];
    const piece = { source, offset: offset + from - at, bytes: to - from };
    at += bytes;
    if (piece.bytes <= 0) continue;
    const run = runs.at(-1);
    const last = run?.at(-1);
    const follows = last?.source === source && last.offset + last.bytes <= piece.offset;
    if (follows) run?.push(piece);
    else runs.push([piece]);
  }
  return runs;
}

/** The pieces of a run from the bytes that begin with the first of them; what is between them is left out. */
async function* cut(blocks: AsyncIterable<Buffer>, run: readonly MoviePiece[]) {
  let at = (run[0] as MoviePiece).offset;
  let index = 0;
  for await (const block of blocks) {
    const end = at + block.length;
    for (let piece = run[index]; piece !== undefined && piece.offset < end; piece = run[index]) {
      const to = piece.offset + piece.bytes;
      yield block.subarray(Math.max(0, piece.offset - at), Math.min(block.length, to - at));
      if (to > end) break;
      index += 1;
    }
    at = end;
  }
  if (index < run.length) throw new Error('a segment is shorter than it was');
}
