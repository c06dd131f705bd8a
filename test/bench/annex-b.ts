/** Cuts an H.264 byte stream (ITU-T H.264 annex B) into access units of one slice each. */
import type { EncodedUnit } from '../../workers/simulator/server/stream/loop-source.ts';

const START_CODE = Buffer.from([0, 0, 1]);
const NAL_SLICE = 1;
const NAL_IDR = 5;

/** Access units, parameter sets in front of keyframes. */
export function splitAnnexB(stream: Buffer): EncodedUnit[] {
  const units: EncodedUnit[] = [];
  let unitStart = 0;
  for (let at = stream.indexOf(START_CODE); at >= 0; ) {
    const next = stream.indexOf(START_CODE, at + START_CODE.length);
    const type = (stream[at + START_CODE.length] as number) & 0x1f;
    // A start code of four bytes begins one zero earlier.
    const end = next < 0 ? stream.length : next - (stream[next - 1] === 0 ? 1 : 0);
    if (type === NAL_SLICE || type === NAL_IDR) {
      units.push({ data: stream.subarray(unitStart, end), keyframe: type === NAL_IDR });
      unitStart = end;
    }
    at = next;
  }
  return units;
}
