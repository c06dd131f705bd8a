/** Reads back what `fragment.ts` writes: where the samples of a fragment are and how long each lasts. */
import { BOX_HEADER_BYTES } from './boxes.ts';

/** A box in a buffer. */
export interface BoxAt {
  type: string;
  /** Of its length field. */
  start: number;
  /** Of what it holds. */
  body: number;
  end: number;
}

/** Consecutive samples of one track, in decoding order; times in units of the track's timescale. */
export interface SampleRun {
  trackId: number;
  /** Of the first sample. */
  decodeTime: number;
  durations: number[];
  sizes: number[];
  /** From decoding to showing. */
  compositionOffsets: number[];
  /** Whether decoding can begin with the sample. */
  syncs: boolean[];
  /** Of the first sample, from the start of `moof`. */
  dataOffset: number;
  dataBytes: number;
}

/** A fragment without its samples. */
export interface FragmentFacts {
  /** Capture time of its first picture, Unix milliseconds; undefined without a `prft` box. */
  capturedAt: number | undefined;
  runs: SampleRun[];
}

/** Seconds from 1900 (NTP) to 1970. */
const NTP_EPOCH = 2_208_988_800;
/** Members of `trun` by flag (ISO/IEC 14496-12 section 8.8.8). */
const RUN = {
  dataOffset: 0x1,
  firstFlags: 0x4,
  duration: 0x100,
  size: 0x200,
  flags: 0x400,
  composition: 0x800,
};
const IS_NO_SYNC_SAMPLE = 0x10000;

/** The whole boxes of a range, up to the first that is not. */
export function listBoxes(bytes: Buffer, start = 0, end = bytes.length): BoxAt[] {
  const boxes: BoxAt[] = [];
  for (let at = start; at + BOX_HEADER_BYTES <= end; ) {
    const length = bytes.readUInt32BE(at);
    if (length < BOX_HEADER_BYTES || at + length > end) break;
    boxes.push({ type: typeAt(bytes, at), start: at, body: at + BOX_HEADER_BYTES, end: at + length });
    at += length;
  }
  return boxes;
}

/** The four characters of a box's type. @param at of its length field */
export function typeAt(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at + 4, at + BOX_HEADER_BYTES);
}

/** The boxes of one type inside a box. */
export function childrenOf(bytes: Buffer, parent: BoxAt, type: string): BoxAt[] {
  return listBoxes(bytes, parent.body, parent.end).filter((child) => child.type === type);
}

/** The first box at a path below a box: `mdia`, `minf`. @throws RangeError when there is none */
export function boxIn(bytes: Buffer, parent: BoxAt, ...path: readonly string[]): BoxAt {
  return path.reduce((box, type) => {
    const [child] = childrenOf(bytes, box, type);
    if (child === undefined) throw new RangeError(`no box ${path.join('/')}`);
    return child;
  }, parent);
}

/** Reads a fragment's boxes up to `mdat`. @throws RangeError for boxes that cannot be read */
export function readFragment(head: Buffer): FragmentFacts {
  const boxes = listBoxes(head);
  const moof = boxes.find(({ type }) => type === 'moof');
  if (moof === undefined) throw new RangeError('no box moof');
  const reference = boxes.find(({ type }) => type === 'prft');
  return {
    capturedAt: reference === undefined ? undefined : readCaptureTime(head, reference),
    runs: childrenOf(head, moof, 'traf').map((track) => readRun(head, track)),
  };
}

function readCaptureTime(bytes: Buffer, { body }: BoxAt): number {
  const seconds = bytes.readUInt32BE(body + 8) - NTP_EPOCH;
  return Math.round((seconds + bytes.readUInt32BE(body + 12) / 2 ** 32) * 1000);
}

function readRun(bytes: Buffer, track: BoxAt): SampleRun {
  const trackId = bytes.readUInt32BE(boxIn(bytes, track, 'tfhd').body + 4);
  const decodeTime = Number(bytes.readBigUInt64BE(boxIn(bytes, track, 'tfdt').body + 4));
  const { body } = boxIn(bytes, track, 'trun');
  const flags = bytes.readUInt32BE(body) & 0xffffff;
  const count = bytes.readUInt32BE(body + 4);
  let at = body + 8;
  const next = (flag: number): number => {
    if ((flags & flag) === 0) return 0;
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  const run: SampleRun = {
    ...{ trackId, decodeTime, dataOffset: next(RUN.dataOffset), dataBytes: 0 },
    ...{ durations: [], sizes: [], compositionOffsets: [], syncs: [] },
  };
  next(RUN.firstFlags);
  for (let index = 0; index < count; index += 1) {
    run.durations.push(next(RUN.duration));
    const size = next(RUN.size);
    run.sizes.push(size);
    run.syncs.push((next(RUN.flags) & IS_NO_SYNC_SAMPLE) === 0);
    run.compositionOffsets.push(next(RUN.composition) | 0);
    run.dataBytes += size;
  }
  return run;
}
