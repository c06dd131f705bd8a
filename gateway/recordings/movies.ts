/** Movies of a time of a recording: planned from the files, then read from them while they are sent. */
import { createHash } from 'node:crypto';
import { AppError } from '#shared/errors.ts';
import { type Movie, planMovie } from '#shared/media/mp4/movie.ts';
import type { Segment } from '#shared/recording-link.ts';
import type { RecordingFolder } from './recording-folder.ts';
import type { RecordingIndex } from './recording-index.ts';
import { readSegment, type StoredFragment } from './stored-segment.ts';

export interface MoviesOptions {
  index: Pick<RecordingIndex, 'list'>;
  folder: Pick<RecordingFolder, 'pathOf'>;
}

/** A time of one camera, Unix milliseconds. */
export interface MovieRange {
  cameraId: string;
  from: number;
  to: number;
}

/** A movie whose samples are in files. */
export interface PlannedMovie extends Movie {
  /** Paths of the files by the number of a piece's source. */
  paths: string[];
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
  async get(range: MovieRange): Promise<PlannedMovie> {
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

  async #plan({ cameraId, from, to }: MovieRange): Promise<PlannedMovie> {
    const segments = await this.#options.index.list(cameraId, from, to, MAX_SEGMENTS);
    const sources = [];
    for (const segment of segments) {
      const source = await this.#read(segment, from, to);
      if (source !== undefined) sources.push(source);
    }
    const [first] = sources;
    if (first === undefined) throw nothingRecorded();
    const movie = planMovie(sources);
    const tag = createHash('sha256').update(movie.head).digest('base64url').slice(0, 22);
    const startedAt = (first.fragments[0] as StoredFragment).startedAt;
    return { ...movie, paths: sources.map(({ path }) => path), tag, startedAt };
  }

  async #read(segment: Segment, from: number, to: number) {
    const path = this.#options.folder.pathOf(segment);
    const stored = await readSegment(path).catch((error: NodeJS.ErrnoException) => {
      // It was removed a moment ago.
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    const fragments = chooseFragments(stored?.fragments ?? [], from, to);
    return stored === undefined || fragments.length === 0
      ? undefined
      : { path, init: stored.init, fragments };
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

/** From the keyframe at or before the begin up to the end. */
export function chooseFragments(
  fragments: readonly StoredFragment[],
  from: number,
  to: number,
): StoredFragment[] {
  const begin = fragments.findLastIndex(({ isIndependent, startedAt }) => isIndependent && startedAt <= from);
  const first = begin >= 0 ? begin : fragments.findIndex(({ isIndependent }) => isIndependent);
  return first < 0 ? [] : fragments.slice(first).filter(({ startedAt }) => startedAt < to);
}

function nothingRecorded(): AppError {
  return new AppError('recording-not-found', 'Nothing is recorded of this time');
}
