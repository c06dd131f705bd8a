/** The boxes of a movie with all its tables (ISO/IEC 14496-12 section 8). */
import { BOX_HEADER_BYTES, box, fullBox, u16, u32, u32List, u64 } from './boxes.ts';
import { type BoxAt, boxIn, listBoxes } from './fragment-reader.ts';
import type { TrackTables } from './movie-track.ts';

/** Of the movie's own times: milliseconds. */
export const MOVIE_TIMESCALE = 1000;
const MAX_U32 = 0xffffffff;

/** What the boxes of a movie need beside its tracks. */
export interface Layout {
  durationMs: number;
  /** Of each piece in the file. */
  offsets: readonly number[];
  isLarge: boolean;
}

/** The box `moov`. @param tracks at least one */
export function movieBox(tracks: readonly TrackTables[], layout: Layout): Buffer {
  const { init } = (tracks[0] as TrackTables).origin;
  const moov = listBoxes(init).find(({ type }) => type === 'moov') as BoxAt;
  const header = copyOf(init, boxIn(init, moov, 'mvhd'));
  header.writeUInt32BE(MOVIE_TIMESCALE, BOX_HEADER_BYTES + 12);
  header.writeUInt32BE(Math.min(MAX_U32, Math.round(layout.durationMs)), BOX_HEADER_BYTES + 16);
  return box('moov', header, ...tracks.map((track) => trackBox(track, layout)));
}

function trackBox(track: TrackTables, layout: Layout): Buffer {
  const { init, track: origin } = track.origin;
  const durationMs = Math.round(((track.endsAt - track.startsAt) * MOVIE_TIMESCALE) / track.timescale);
  const delayMs = Math.round((track.startsAt * MOVIE_TIMESCALE) / track.timescale);
  const header = copyOf(init, boxIn(init, origin, 'tkhd'));
  header.writeUInt32BE(durationMs + delayMs, BOX_HEADER_BYTES + 20);
  const media = boxIn(init, origin, 'mdia');
  const information = boxIn(init, media, 'minf');
  const [mediaHeader] = listBoxes(init, information.body, information.end) as [BoxAt];
  return box(
    'trak',
    header,
    ...(delayMs === 0 ? [] : [editList(delayMs, durationMs)]),
    box(
      'mdia',
      // Times of 64 bits: a day of 90 kHz does not fit into 32.
      fullBox(
        'mdhd',
        1,
        0,
        u64(0),
        u64(0),
        u32(track.timescale),
        u64(track.endsAt - track.startsAt),
        u16(0x55c4, 0),
      ),
      copyOf(init, boxIn(init, media, 'hdlr')),
      box(
        'minf',
        copyOf(init, mediaHeader),
        copyOf(init, boxIn(init, information, 'dinf')),
        sampleTables(track, layout),
      ),
    ),
  );
}

/** Nothing for a while, then the track (section 8.6.6). */
function editList(delayMs: number, durationMs: number): Buffer {
  return box('edts', fullBox('elst', 0, 0, u32(2, delayMs, -1, 0x10000, durationMs, 0, 0x10000)));
}

function sampleTables(track: TrackTables, { offsets, isLarge }: Layout): Buffer {
  const { entries, chunks, durations, sizes, syncs, compositionOffsets } = track;
  const places = chunks.map(({ piece }) => offsets[piece] as number);
  const chunkRuns = chunks.flatMap(({ samples, description }, index) => {
    const before = chunks[index - 1];
    return before?.samples === samples && before.description === description
      ? []
      : [index + 1, samples, description];
  });
  const keyframes = syncs.flatMap((isSync, index) => (isSync ? [index + 1] : []));
  const isReordered = compositionOffsets.some((offset) => offset !== 0);
  return box(
    'stbl',
    fullBox('stsd', 0, 0, u32(entries.length), ...entries),
    fullBox('stts', 0, 0, runLengths(durations)),
    ...(isReordered ? [fullBox('ctts', 1, 0, runLengths(compositionOffsets))] : []),
    ...(keyframes.length === syncs.length
      ? []
      : [fullBox('stss', 0, 0, u32List([keyframes.length, ...keyframes]))]),
    fullBox('stsc', 0, 0, u32List([chunkRuns.length / 3, ...chunkRuns])),
    fullBox('stsz', 0, 0, u32List([0, sizes.length, ...sizes])),
    isLarge
      ? fullBox('co64', 0, 0, u32(places.length), Buffer.concat(places.map(u64)))
      : fullBox('stco', 0, 0, u32List([places.length, ...places])),
  );
}

/** Number of entries, then how often each value comes in a row. */
function runLengths(values: readonly number[]): Buffer {
  const runs: number[] = [];
  for (const value of values) {
    if (runs.length > 0 && runs.at(-1) === value) runs[runs.length - 2] = (runs.at(-2) as number) + 1;
    else runs.push(1, value);
  }
  return u32List([runs.length / 2, ...runs]);
}

function copyOf(bytes: Buffer, { start, end }: BoxAt): Buffer {
  return Buffer.from(bytes.subarray(start, end));
}
