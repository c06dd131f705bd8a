/** Reads a segment from disk: where its fragments are, and how far it is whole. */
import { type FileHandle, open } from 'node:fs/promises';
import { BOX_HEADER_BYTES } from '../media/mp4/boxes.ts';
import { readFragment, typeAt } from '../media/mp4/fragment-reader.ts';
import { TIMESCALE, TRACK_ID } from '../media/mp4/init-segment.ts';
import type { MovieFragment } from '../media/mp4/movie.ts';
import type { Segment } from '../recording-link.ts';

/** A fragment with its place in the file and in time. */
export interface StoredFragment extends MovieFragment {
  offset: number;
  bytes: number;
  /** Unix milliseconds. */
  startedAt: number;
  durationMs: number;
  isIndependent: boolean;
}

/** What is whole of a file. */
export interface StoredSegment {
  init: Buffer;
  fragments: StoredFragment[];
  /** Up to the end of the last whole fragment. */
  wholeBytes: number;
  fileBytes: number;
}

/** Holds the boxes in front of the samples of nearly every fragment. */
const HEAD_BYTES = 4096;
/** Larger than any initialisation segment, and any `moof`. */
const MAX_HEAD_BYTES = 1024 * 1024;

/** Reads a file up to where it was cut off. @throws the error of `open` @throws RangeError for what is no segment */
export async function readSegment(path: string): Promise<StoredSegment> {
  const handle = await open(path, 'r');
  try {
    const { size: fileBytes } = await handle.stat();
    const initBytes = await findInit(handle, fileBytes);
    const init = await read(handle, 0, initBytes);
    const fragments: StoredFragment[] = [];
    let offset = initBytes;
    for (;;) {
      const fragment = await readFragmentAt(handle, offset, fileBytes);
      if (fragment === undefined) break;
      fragments.push(fragment);
      offset += fragment.bytes;
    }
    return { init, fragments, wholeBytes: offset, fileBytes };
  } finally {
    await handle.close();
  }
}

/** The groups of pictures of a file as an index keeps them. */
export function partsOf(fragments: readonly StoredFragment[]): Segment['parts'] {
  const parts: Segment['parts'] = [];
  for (const { bytes, durationMs, isIndependent } of fragments) {
    const last = parts.at(-1);
    if (isIndependent || last === undefined) parts.push([bytes, durationMs]);
    else {
      last[0] += bytes;
      last[1] += durationMs;
    }
  }
  return parts.map(([bytes, ms]) => [bytes, Math.round(ms)]);
}

async function findInit(handle: FileHandle, fileBytes: number): Promise<number> {
  let offset = 0;
  while (offset + BOX_HEADER_BYTES <= Math.min(fileBytes, MAX_HEAD_BYTES)) {
    const header = await read(handle, offset, BOX_HEADER_BYTES);
    const type = typeAt(header, 0);
    if (type !== 'ftyp' && type !== 'moov') break;
    const end = offset + header.readUInt32BE(0);
    if (end > fileBytes) break;
    offset = end;
  }
  if (offset === 0) throw new RangeError('not a segment of a recording');
  return offset;
}

/** @returns undefined where no whole fragment begins */
async function readFragmentAt(
  handle: FileHandle,
  offset: number,
  fileBytes: number,
): Promise<StoredFragment | undefined> {
  let head = await read(handle, offset, Math.min(HEAD_BYTES, fileBytes - offset));
  let at = 0;
  let moofAt = offset;
  while (at + BOX_HEADER_BYTES <= head.length) {
    const length = head.readUInt32BE(at);
    const type = typeAt(head, at);
    const end = at + length;
    if (length < BOX_HEADER_BYTES || offset + end > fileBytes) return undefined;
    if (type === 'mdat') return describe(head.subarray(0, at), { offset, moofAt, bytes: end });
    if (type === 'moof') moofAt = offset + at;
    if (end + BOX_HEADER_BYTES > head.length) {
      if (end > MAX_HEAD_BYTES) return undefined;
      head = await read(handle, offset, Math.min(end + BOX_HEADER_BYTES, fileBytes - offset));
    }
    at = end;
  }
  return undefined;
}

function describe(
  head: Buffer,
  place: { offset: number; moofAt: number; bytes: number },
): StoredFragment | undefined {
  try {
    const { capturedAt, runs } = readFragment(head);
    const video = runs.find(({ trackId }) => trackId === TRACK_ID);
    if (capturedAt === undefined || video === undefined) return undefined;
    const ticks = video.durations.reduce((sum, duration) => sum + duration, 0);
    const durationMs = (ticks * 1000) / TIMESCALE;
    return {
      ...place,
      capturedAt,
      runs,
      startedAt: capturedAt,
      durationMs,
      isIndependent: video.syncs[0] === true,
    };
  } catch {
    return undefined;
  }
}

async function read(handle: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await handle.read(buffer, 0, bytes, offset);
  return buffer.subarray(0, bytesRead);
}

/** Those of a time: from the keyframe at or before its begin up to its end, Unix milliseconds. */
export function chooseFragments(
  fragments: readonly StoredFragment[],
  from: number,
  to: number,
): StoredFragment[] {
  const begin = fragments.findLastIndex(({ isIndependent, startedAt }) => isIndependent && startedAt <= from);
  const first = begin >= 0 ? begin : fragments.findIndex(({ isIndependent }) => isIndependent);
  return first < 0 ? [] : fragments.slice(first).filter(({ startedAt }) => startedAt < to);
}
