/** Recordings as HLS (RFC 8216): pieces of the very files, by byte ranges. URIs are relative. */
import type { Segment } from '#shared/recording-link.ts';

/** Groups of pictures are joined to pieces of at least this length, milliseconds. */
const PIECE_MS = 4000;

/** What is asked for, Unix milliseconds. */
export interface PlaylistRange {
  from: number;
  to: number;
  /** Whether more may come. */
  isOpen: boolean;
  /** Query of the playlist that its files need too, as a ticket: `?ticket=…`, or empty. */
  query: string;
}

/** Some groups of pictures of a file that follow one another. */
interface Piece {
  startedAt: number;
  ms: number;
  offset: number;
  bytes: number;
}

/** Writes a playlist of the groups of pictures that overlap the range. @param segments in order of time */
export function writePlaylist(segments: readonly Segment[], range: PlaylistRange): string {
  const files = segments
    .map((segment) => ({ segment, pieces: piecesOf(segment, range) }))
    .filter(({ pieces }) => pieces.length > 0);
  const longest = Math.max(PIECE_MS, ...files.flatMap(({ pieces }) => pieces.map(({ ms }) => ms)));
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${Math.ceil(longest / 1000)}`,
    `#EXT-X-PLAYLIST-TYPE:${range.isOpen ? 'EVENT' : 'VOD'}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
    '#EXT-X-MEDIA-SEQUENCE:0',
    ...files.flatMap(({ segment, pieces }, index) =>
      writeFile(segment, pieces, { index, query: range.query }),
    ),
    ...(range.isOpen ? [] : ['#EXT-X-ENDLIST']),
    '',
  ].join('\n');
}

/** Bytes in front of the first group of pictures. */
function initBytes({ bytes, parts }: Segment): number {
  return bytes - parts.reduce((sum, [part]) => sum + part, 0);
}

function piecesOf(segment: Segment, { from, to }: PlaylistRange): Piece[] {
  const pieces: Piece[] = [];
  let offset = initBytes(segment);
  let startedAt = segment.startedAt;
  for (const [bytes, ms] of segment.parts) {
    const last = pieces.at(-1);
    if (startedAt < to && startedAt + ms > from) {
      if (last !== undefined && last.ms < PIECE_MS) {
        last.ms += ms;
        last.bytes += bytes;
      } else pieces.push({ startedAt, ms, offset, bytes });
    }
    offset += bytes;
    startedAt += ms;
  }
  return pieces;
}

function writeFile(
  segment: Segment,
  pieces: readonly Piece[],
  { index, query }: { index: number; query: string },
): string[] {
  const uri = `segments/${segment.file}${query}`;
  return [
    // Times in each file begin at 0.
    ...(index === 0 ? [] : ['#EXT-X-DISCONTINUITY']),
    `#EXT-X-MAP:URI="${uri}",BYTERANGE="${initBytes(segment)}@0"`,
    ...pieces.flatMap(({ startedAt, ms, offset, bytes }) => [
      `#EXT-X-PROGRAM-DATE-TIME:${new Date(startedAt).toISOString()}`,
      `#EXTINF:${(ms / 1000).toFixed(3)},`,
      `#EXT-X-BYTERANGE:${bytes}@${offset}`,
      uri,
    ]),
  ];
}
