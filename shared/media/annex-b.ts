/** NAL units of a byte stream (ITU-T H.264 and H.265, annex B). */

const START_CODE = Buffer.from([0, 0, 1]);
const LONG_START_CODE = Buffer.from([0, 0, 0, 1]);
const EMULATION_PREVENTION = 3;
/** More than any level allows in one picture (ITU-T H.264 table A-1: 600 slices at most). */
const MAX_NALS = 2048;

/** NAL units as a byte stream, each behind a start code of four bytes. */
export function joinNals(nals: readonly Buffer[]): Buffer {
  return Buffer.concat(nals.flatMap((nal) => [LONG_START_CODE, nal]));
}

/** The NAL units of an access unit, without start codes: views, not copies; at most 2048. */
export function splitNals(data: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  let start = data.indexOf(START_CODE);
  while (start >= 0 && nals.length < MAX_NALS) {
    const begin = start + START_CODE.length;
    const next = data.indexOf(START_CODE, begin);
    const end = trimZeros(data, begin, next < 0 ? data.length : next);
    if (end > begin) nals.push(data.subarray(begin, end));
    start = next;
  }
  return nals;
}

/** Zeros before a start code belong to it; no NAL unit ends with one (section 7.4.1). */
function trimZeros(data: Buffer, begin: number, end: number): number {
  let last = end;
  while (last > begin && data[last - 1] === 0) last -= 1;
  return last;
}

/** The payload of a NAL unit without emulation prevention bytes (section 7.3.1). */
export function unescapeNal(nal: Buffer): Buffer {
  const payload = Buffer.alloc(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === EMULATION_PREVENTION) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    payload[length] = byte;
    length += 1;
  }
  return payload.subarray(0, length);
}
