/** Media playlists (RFC 8216 and draft-pantos-hls-rfc8216bis). URIs are relative, so that any path prefix works. */
import { PART_TARGET_S, type Segment } from './segmenter.ts';

/** Parts further from the end than this many target durations are not listed (section 4.4.4.9). */
const PARTS_LISTED_TARGETS = 3;
/** Players stay this many parts behind the end (section 4.4.3.8 asks for three). */
const HOLD_BACK_PARTS = 3;

/** Name of a whole segment. */
export function segmentName(sequence: number): string {
  return `seg-${sequence}.m4s`;
}

/** Name of a part of a segment. */
export function partName(sequence: number, index: number): string {
  return `part-${sequence}-${index}.m4s`;
}

/** Name of the initialisation segment that is in force from a segment on. */
export function initName(sequence: number): string {
  return `init-${sequence}.mp4`;
}

/** The probable next part: a keyframe may begin a new segment instead. */
export function nextPart(segments: readonly Segment[]): { sequence: number; index: number } {
  const last = segments.at(-1);
  if (last === undefined) return { sequence: 0, index: 0 };
  return last.isWhole
    ? { sequence: last.sequence + 1, index: 0 }
    : { sequence: last.sequence, index: last.parts.length };
}

/** Writes a playlist. @param segments at least one, each with at least one part @param targetDuration seconds */
export function writePlaylist(segments: readonly Segment[], targetDuration: number): string {
  const [first] = segments as [Segment];
  const durations = segments.flatMap(({ parts }) => parts.map(({ duration }) => duration));
  const partTarget = durations.reduce((longest, duration) => Math.max(longest, duration), PART_TARGET_S);
  // A camera of a picture every few seconds needs more than the target.
  const target = Math.max(targetDuration, ...segments.map(({ duration }) => Math.round(duration)));
  const holdBack = seconds(partTarget * HOLD_BACK_PARTS);
  const next = nextPart(segments);
  const body = segments.flatMap((segment, index) => {
    const distance = secondsAfter(segments, index) + segment.duration;
    const isLast = index === segments.length - 1;
    const hasParts = isLast || distance <= target * PARTS_LISTED_TARGETS;
    return writeSegment(segment, segments[index - 1], hasParts);
  });
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:9',
    `#EXT-X-TARGETDURATION:${target}`,
    `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${holdBack}`,
    `#EXT-X-PART-INF:PART-TARGET=${seconds(partTarget)}`,
    `#EXT-X-MEDIA-SEQUENCE:${first.sequence}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${first.discontinuity}`,
    ...body,
    `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${partName(next.sequence, next.index)}"`,
    '',
  ].join('\n');
}

/** What a multivariant playlist says of the one stream there is. */
export interface VariantFacts {
  /** Of the picture, and of the sound after a comma (RFC 6381). */
  codecString: string;
  width: number;
  height: number;
}

/**
 * Writes a multivariant playlist (section 4.4.6): with it a player knows the codecs before it asks for anything else.
 * @param segments at least one
 */
export function writeMultivariant(
  segments: readonly Segment[],
  { codecString, width, height }: VariantFacts,
): string {
  const peak = Math.ceil(Math.max(...segments.map(bitsPerSecond)));
  const whole = totalOf(segments);
  const facts = [
    `BANDWIDTH=${peak}`,
    `AVERAGE-BANDWIDTH=${Math.ceil(bitsPerSecond(whole))}`,
    `CODECS="${codecString}"`,
    `RESOLUTION=${width}x${height}`,
    `FRAME-RATE=${(whole.pictures / whole.duration).toFixed(3)}`,
  ].join(',');
  return ['#EXTM3U', '#EXT-X-VERSION:9', `#EXT-X-STREAM-INF:${facts}`, 'index.m3u8', ''].join('\n');
}

type Totals = Pick<Segment, 'bytes' | 'duration' | 'pictures'>;

function totalOf(segments: readonly Segment[]): Totals {
  const total = { bytes: 0, duration: 0, pictures: 0 };
  for (const { bytes, duration, pictures } of segments) {
    total.bytes += bytes;
    total.duration += duration;
    total.pictures += pictures;
  }
  return total;
}

function bitsPerSecond({ bytes, duration }: Omit<Totals, 'pictures'>): number {
  return (bytes * 8) / duration;
}

/** Seconds of video from a segment's end to the end of the playlist. */
function secondsAfter(segments: readonly Segment[], index: number): number {
  return segments.slice(index + 1).reduce((sum, { duration }) => sum + duration, 0);
}

function writeSegment(segment: Segment, before: Segment | undefined, hasParts: boolean): string[] {
  const { sequence, parts, init, capturedAt, duration, isWhole } = segment;
  return [
    ...(before !== undefined && before.discontinuity !== segment.discontinuity
      ? ['#EXT-X-DISCONTINUITY']
      : []),
    ...(before?.init === init ? [] : [`#EXT-X-MAP:URI="${init}"`]),
    `#EXT-X-PROGRAM-DATE-TIME:${new Date(capturedAt).toISOString()}`,
    ...(hasParts ? parts.map((part, index) => writePart(part, partName(sequence, index))) : []),
    ...(isWhole ? [`#EXTINF:${seconds(duration)},`, segmentName(sequence)] : []),
  ];
}

function writePart({ duration, isIndependent }: Segment['parts'][number], name: string): string {
  return `#EXT-X-PART:DURATION=${seconds(duration)},URI="${name}"${isIndependent ? ',INDEPENDENT=YES' : ''}`;
}

function seconds(value: number): string {
  return value.toFixed(5);
}

/** A playlist whose URIs carry a query, so that what opened the playlist opens its files too. */
export function withQuery(playlist: string, query: string): string {
  return playlist
    .replaceAll(/URI="([^"]+)"/g, (_all, uri: string) => `URI="${uri}?${query}"`)
    .replaceAll(/^(?!#)(.+)$/gm, (uri) => `${uri}?${query}`);
}
