/**
 * A movie that plays from its start while it is loaded (ISO/IEC 14496-12 section 8): the samples of fragments
 * behind one `moov` with all tables, as every player and editor takes it. Samples are not touched.
 */
import { BOX_HEADER_BYTES, box, u32, u64 } from './boxes.ts';
import type { FragmentFacts } from './fragment-reader.ts';
import { TIMESCALE, TRACK_ID } from './init-segment.ts';
import { MOVIE_TIMESCALE, movieBox } from './movie-boxes.ts';
import { addRun, entryOf, openTrack, type TrackTables, tracksOf } from './movie-track.ts';

/** One stored file: its initialisation segment, and its fragments in order, the first at time 0. */
export interface MovieSource {
  init: Buffer;
  fragments: readonly MovieFragment[];
}

/** A fragment of a file. */
export interface MovieFragment extends FragmentFacts {
  /** Of its `moof` in the file. */
  moofAt: number;
}

/** Bytes that follow the head of a movie. */
export interface MoviePiece {
  /** Index of the source. */
  source: number;
  offset: number;
  bytes: number;
}

/** A movie to be written. */
export interface Movie {
  /** Everything before the samples. */
  head: Buffer;
  /** The samples, in order. */
  pieces: MoviePiece[];
  /** Of head and pieces together. */
  bytes: number;
  durationMs: number;
}

const MAX_U32 = 0xffffffff;
const LARGE_BOX_BYTES = 16;

/** Plans a movie of whole files or parts of them. @param sources at least one with a fragment @throws RangeError */
export function planMovie(sources: readonly MovieSource[]): Movie {
  const tracks = new Map<number, TrackTables>();
  const pieces: MoviePiece[] = [];
  let startsAt = 0;
  for (const [index, { init, fragments }] of sources.entries()) {
    const origins = tracksOf(init);
    const base = fragments[0]?.runs.find(({ trackId }) => trackId === TRACK_ID)?.decodeTime ?? 0;
    let end = startsAt;
    for (const fragment of fragments) {
      for (const run of fragment.runs) {
        const origin = origins.get(run.trackId);
        if (origin === undefined) continue;
        const track = tracks.get(run.trackId) ?? openTrack(run.trackId, init, origin);
        tracks.set(run.trackId, track);
        const at = Math.round(
          (startsAt + run.decodeTime / track.timescale - base / TIMESCALE) * track.timescale,
        );
        const added = addRun(track, run, at, entryOf(track, init, origin), pieces.length);
        if (added.samples === 0) continue;
        const offset = fragment.moofAt + run.dataOffset + added.skippedBytes;
        pieces.push({ source: index, offset, bytes: run.dataBytes - added.skippedBytes });
        if (run.trackId === TRACK_ID) end = track.endsAt / track.timescale;
      }
    }
    startsAt = end;
  }
  return write([...tracks.values()], pieces);
}

function write(tracks: readonly TrackTables[], pieces: MoviePiece[]): Movie {
  if (tracks.length === 0) throw new RangeError('a movie needs samples');
  const dataBytes = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
  const isLarge = dataBytes > MAX_U32 / 2;
  const fileType = box('ftyp', Buffer.from('isom\0\0\x02\0isomiso2mp41', 'latin1'));
  const dataHeader = isLarge
    ? Buffer.concat([u32(1), Buffer.from('mdat', 'latin1'), u64(LARGE_BOX_BYTES + dataBytes)])
    : Buffer.concat([u32(BOX_HEADER_BYTES + dataBytes), Buffer.from('mdat', 'latin1')]);
  const durationMs = Math.max(
    ...tracks.map(({ endsAt, timescale }) => (endsAt * MOVIE_TIMESCALE) / timescale),
  );
  // The tables are as long wherever the samples are.
  const draft = movieBox(tracks, { durationMs, offsets: offsetsOf(pieces, 0), isLarge });
  const first = fileType.length + draft.length + dataHeader.length;
  const moov = movieBox(tracks, { durationMs, offsets: offsetsOf(pieces, first), isLarge });
  const head = Buffer.concat([fileType, moov, dataHeader]);
  return { head, pieces, bytes: head.length + dataBytes, durationMs };
}

function offsetsOf(pieces: readonly MoviePiece[], first: number): number[] {
  let at = first;
  return pieces.map(({ bytes }) => {
    at += bytes;
    return at - bytes;
  });
}
