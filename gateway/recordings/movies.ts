/** Movies of a time of a recording: planned from the files, then read from them while they are sent. */
import { createHash } from 'node:crypto';
import { AppError } from '#shared/errors.ts';
import { type Movie, planMovie } from '#shared/media/mp4/movie.ts';
import type { CameraRange } from '#shared/recordings/remove-range.ts';
import type { StoredFragment } from '#shared/recordings/stored-segment.ts';
import type { Archives, FoundSegment } from './archives.ts';

export interface MoviesOptions {
  archives: Pick<Archives, 'list'>;
}

/** A file that holds samples of a movie. */
export interface MovieFile {
  /** Bytes of it while they are wanted. @param end exclusive */
  read(start: number, end: number): AsyncIterable<Buffer>;
}

/** A movie whose samples are in files. */
export interface PlannedMovie extends Movie {
  /** By the number of a piece's source. */
  files: MovieFile[];
  /** For `ETag` and `If-Range`. */
  tag: string;
  /** Begin of the first picture, Unix milliseconds. */
  startedAt: number;
}

/** More segments are not put into one movie: its tables are held in memory. */
const MAX_SEGMENTS = 2000;
/** Players ask for a movie in several requests, which must see the same one. */
const KEEP_MS = 120_000;
const MAX_KEPT_BYTES = 32 * 1024 * 1024;

/** Plans movies and remembers the newest. */
export class Movies {
  readonly #options: MoviesOptions;
  readonly #kept = new Map<string, { movie: Promise<PlannedMovie>; bytes: number; usedAt: number }>();

  constructor(options: MoviesOptions) {
    this.#options = options;
  }

  /** @throws AppError `recording-not-found` where nothing is recorded of this time */
  async get(range: CameraRange): Promise<PlannedMovie> {
    const key = `${range.cameraId} ${range.from} ${range.to}`;
    const now = performance.now();
    for (const [known, { usedAt }] of this.#kept) if (now - usedAt > KEEP_MS) this.#kept.delete(known);
    const kept = this.#kept.get(key);
    const entry = kept ?? { movie: this.#plan(range), bytes: 0, usedAt: now };
    // The newest stands last.
    this.#kept.delete(key);
    this.#kept.set(key, entry);
    entry.usedAt = now;
    try {
      const movie = await entry.movie;
      entry.bytes = movie.head.length;
      this.#trim();
      return movie;
    } catch (error) {
      if (this.#kept.get(key) === entry) this.#kept.delete(key);
      throw error;
    }
  }

  async #plan(range: CameraRange): Promise<PlannedMovie> {
    const sources = [];
    for (const found of await this.#options.archives.list(range, MAX_SEGMENTS)) {
      const source = await readSource(found, range);
      if (source !== undefined) sources.push(source);
    }
    const [first] = sources;
    if (first === undefined) throw nothingRecorded();
    const movie = plan(sources);
    const tag = createHash('sha256').update(movie.head).digest('base64url').slice(0, 22);
    const startedAt = (first.fragments[0] as StoredFragment).startedAt;
    return { ...movie, files: sources.map(({ file }) => file), tag, startedAt };
  }

  #trim(): void {
    let bytes = [...this.#kept.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [key, entry] of this.#kept) {
      if (bytes <= MAX_KEPT_BYTES || this.#kept.size === 1) return;
      this.#kept.delete(key);
      bytes -= entry.bytes;
    }
  }
}

/** @throws AppError `worker-failed` for what no recorder of ours wrote */
function plan(sources: Parameters<typeof planMovie>[0]): Movie {
  try {
    return planMovie(sources);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AppError('worker-failed', 'A file of this recording cannot be read', { cause: error });
  }
}

async function readSource({ segment, archive }: FoundSegment, range: CameraRange) {
  const found = await archive.fragments(segment, range);
  if (found === undefined || found.fragments.length === 0) return undefined;
  const file: MovieFile = { read: (start, end) => archive.read(segment, start, end) };
  return { ...found, file };
}

function nothingRecorded(): AppError {
  return new AppError('recording-not-found', 'Nothing is recorded of this time');
}
