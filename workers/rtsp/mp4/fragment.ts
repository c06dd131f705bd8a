/** Movie fragments (ISO/IEC 14496-12 section 8.8): one `moof` and `mdat` for one or more samples. */
import { BOX_HEADER_BYTES, box, fullBox, u32, u64 } from './boxes.ts';
import { TRACK_ID } from './init-segment.ts';

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

const LENGTH_BYTES = 4;
/** moof 8, mfhd 16, traf 8, tfhd 16, tfdt 20, trun 20. */
const EMPTY_MOOF_BYTES = 88;
const RUN_ENTRY_BYTES = 16;
const DEFAULT_BASE_IS_MOOF = 0x020000;
/** Data offset, and duration, size, flags and composition offset of each sample. */
const RUN_FLAGS = 0x000f01;
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
 * @param sequence counts the fragments of a stream from 1 @param samples at least one, in decoding order
 */
export function buildFragment(sequence: number, samples: readonly Sample[]): Buffer {
  const [first] = samples as [Sample];
  const sizes = samples.map(sampleBytes);
  const head = Buffer.concat([referenceTime(first), movieFragment(sequence, samples, sizes)]);
  const dataBytes = sizes.reduce((sum, size) => sum + size, BOX_HEADER_BYTES);
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
  return fragment;
}

/** Bytes of a sample in `mdat`. */
function sampleBytes({ nals }: Sample): number {
  return nals.reduce((sum, nal) => sum + LENGTH_BYTES + nal.length, 0);
}

function movieFragment(sequence: number, samples: readonly Sample[], sizes: readonly number[]): Buffer {
  const runBytes = samples.length * RUN_ENTRY_BYTES;
  const dataOffset = EMPTY_MOOF_BYTES + runBytes + BOX_HEADER_BYTES;
  return box(
    'moof',
    fullBox('mfhd', 0, 0, u32(sequence)),
    box(
      'traf',
      fullBox('tfhd', 0, DEFAULT_BASE_IS_MOOF, u32(TRACK_ID)),
      fullBox('tfdt', 1, 0, u64((samples[0] as Sample).decodeTime)),
      fullBox('trun', SIGNED_OFFSETS, RUN_FLAGS, u32(samples.length, dataOffset), run(samples, sizes)),
    ),
  );
}

function run(samples: readonly Sample[], sizes: readonly number[]): Buffer {
  const numbers = samples.flatMap(({ duration, keyframe, compositionOffset }, index) => [
    duration,
    sizes[index] as number,
    keyframe ? SYNC_SAMPLE : OTHER_SAMPLE,
    compositionOffset,
  ]);
  return u32(...numbers);
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
