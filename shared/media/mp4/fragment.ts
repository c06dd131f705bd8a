/** Movie fragments (ISO/IEC 14496-12 section 8.8): one `moof` and `mdat` for samples of video, sound or both. */
import { BOX_HEADER_BYTES, box, fullBox, u32, u32List, u64 } from './boxes.ts';
import { SOUND_TRACK_ID, TRACK_ID } from './init-segment.ts';

/** One access unit with its place in time; times in units of the timescale. */
export interface Sample {
  /** NAL units without start codes; views that are not changed. */
  nals: readonly Buffer[];
  keyframe: boolean;
  decodeTime: number;
  duration: number;
  /** From decoding to showing. */
  compositionOffset: number;
  /** Capture time, Unix milliseconds. */
  capturedAt: number;
}

/** One frame of sound; times in units of its format's timescale. It follows the one before without a gap. */
export interface SoundSample {
  data: Buffer;
  decodeTime: number;
  duration: number;
}

/** The samples of one track in a fragment. */
interface Run {
  header: Buffer;
  decodeTime: number;
  flags: number;
  version: number;
  /** Facts of each sample, as the flags say. */
  entries: readonly (readonly number[])[];
  dataBytes: number;
}

const LENGTH_BYTES = 4;
/** moof 8, mfhd 16. */
const MOOF_BYTES = 24;
/** traf 8, tfhd 16, tfdt 20, trun 20. */
const TRAF_BYTES = 64;
const DEFAULT_BASE_IS_MOOF = 0x020000;
/** Data offset, and duration, size, flags and composition offset of each sample. */
const VIDEO_RUN = 0x000f01;
/** Data offset, and duration and size of each sample. */
const SOUND_RUN = 0x000301;
const SIGNED_OFFSETS = 1;
/** Depends on no other sample. */
const SYNC_SAMPLE = 0x02000000;
/** Depends on others and is no place to begin. */
const OTHER_SAMPLE = 0x01010000;
/** Producer reference time: when the picture was captured (ISO/IEC 14496-12 section 8.16.5). */
const CAPTURED = 24;
/** Seconds from 1900 (NTP) to 1970. */
const NTP_EPOCH = 2_208_988_800;

/**
 * Builds a fragment; a `prft` box in front says when its first picture was captured.
 * @param sequence counts the fragments of a stream from 1
 * @param samples in decoding order @param sound in order; one of both has at least one
 */
export function buildFragment(
  sequence: number,
  samples: readonly Sample[],
  sound: readonly SoundSample[] = [],
): Buffer {
  const runs = [...videoRun(samples), ...soundRun(sound)];
  const head = Buffer.concat([...samples.slice(0, 1).map(referenceTime), movieFragment(sequence, runs)]);
  const dataBytes = runs.reduce((sum, run) => sum + run.dataBytes, BOX_HEADER_BYTES);
  const fragment = Buffer.allocUnsafe(head.length + dataBytes);
  head.copy(fragment);
  let offset = fragment.writeUInt32BE(dataBytes, head.length);
  offset += fragment.write('mdat', offset, 'latin1');
  for (const { nals } of samples) {
    for (const nal of nals) {
      offset = fragment.writeUInt32BE(nal.length, offset);
      offset += nal.copy(fragment, offset);
    }
  }
  for (const { data } of sound) offset += data.copy(fragment, offset);
  return fragment;
}

function videoRun(samples: readonly Sample[]): Run[] {
  const [first] = samples;
  if (first === undefined) return [];
  const sizes = samples.map(sampleBytes);
  return [
    {
      header: fullBox('tfhd', 0, DEFAULT_BASE_IS_MOOF, u32(TRACK_ID)),
      decodeTime: first.decodeTime,
      flags: VIDEO_RUN,
      version: SIGNED_OFFSETS,
      entries: samples.map(({ duration, keyframe, compositionOffset }, index) => [
        duration,
        sizes[index] as number,
        keyframe ? SYNC_SAMPLE : OTHER_SAMPLE,
        compositionOffset,
      ]),
      dataBytes: sum(sizes),
    },
  ];
}

/** Every frame of sound can be begun with, which the init segment says of the track. */
function soundRun(sound: readonly SoundSample[]): Run[] {
  const [first] = sound;
  if (first === undefined) return [];
  return [
    {
      header: fullBox('tfhd', 0, DEFAULT_BASE_IS_MOOF, u32(SOUND_TRACK_ID)),
      decodeTime: first.decodeTime,
      flags: SOUND_RUN,
      version: 0,
      entries: sound.map(({ duration, data }) => [duration, data.length]),
      dataBytes: sum(sound.map(({ data }) => data.length)),
    },
  ];
}

/** Bytes of a sample in `mdat`. */
function sampleBytes({ nals }: Sample): number {
  return nals.reduce((bytes, nal) => bytes + LENGTH_BYTES + nal.length, 0);
}

function movieFragment(sequence: number, runs: readonly Run[]): Buffer {
  const entryBytes = sum(runs.map(({ entries }) => 4 * sum(entries.map(({ length }) => length))));
  let dataOffset = MOOF_BYTES + runs.length * TRAF_BYTES + entryBytes + BOX_HEADER_BYTES;
  const tracks = runs.map((run) => {
    const track = trackFragment(run, dataOffset);
    dataOffset += run.dataBytes;
    return track;
  });
  return box('moof', fullBox('mfhd', 0, 0, u32(sequence)), ...tracks);
}

function trackFragment({ header, decodeTime, flags, version, entries }: Run, dataOffset: number): Buffer {
  const numbers = u32List([[entries.length, dataOffset], ...entries].flat());
  return box(
    'traf',
    header,
    fullBox('tfdt', 1, 0, u64(decodeTime)),
    fullBox('trun', version, flags, numbers),
  );
}

function referenceTime({ capturedAt, decodeTime, compositionOffset }: Sample): Buffer {
  const seconds = Math.floor(capturedAt / 1000);
  const fraction = Math.floor(((capturedAt - seconds * 1000) / 1000) * 2 ** 32);
  const shownAt = decodeTime + compositionOffset;
  return fullBox(
    'prft',
    1,
    CAPTURED,
    u32(TRACK_ID, seconds + NTP_EPOCH, fraction),
    u64(Math.max(0, shownAt)),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
