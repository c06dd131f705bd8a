/** NAL units of an Annex B byte stream (H.264 and H.265, annex B). */
import type { StreamCodec } from '../stream/stream-source.ts';

const START_CODE = Buffer.from([0, 0, 1]);
/** H.264 table 7-1: sequence and picture parameter set. */
const H264_PARAMETER_SETS = [7, 8];
/** H.265 table 7-1: video, sequence and picture parameter set. */
const HEVC_PARAMETER_SETS = [32, 33, 34];

/** Cuts a byte stream at its start codes; the parts are views without start codes and trailing zeros. */
export function splitNalUnits(stream: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  let code = stream.indexOf(START_CODE);
  while (code >= 0) {
    const start = code + START_CODE.length;
    code = stream.indexOf(START_CODE, start);
    const nal = withoutTrailingZeros(stream.subarray(start, code < 0 ? stream.length : code));
    if (nal.length > 0) nals.push(nal);
  }
  return nals;
}

/** A NAL unit never ends in zero: zeros there belong to the next, longer start code. */
function withoutTrailingZeros(nal: Buffer): Buffer {
  let end = nal.length;
  while (end > 0 && nal[end - 1] === 0) end -= 1;
  return nal.subarray(0, end);
}

/** `nal_unit_type` of a NAL unit. */
export function nalTypeOf(codec: 'h264' | 'hevc', nal: Buffer): number {
  const first = nal[0] ?? 0;
  return codec === 'h264' ? first & 0x1f : (first >> 1) & 0x3f;
}

/** The parameter sets inside an access unit, for a session description; none for MJPEG. */
export function parameterSetsOf(codec: StreamCodec, unit: Buffer): Buffer[] {
  if (codec === 'mjpeg') return [];
  const types = codec === 'h264' ? H264_PARAMETER_SETS : HEVC_PARAMETER_SETS;
  return splitNalUnits(unit).filter((nal) => types.includes(nalTypeOf(codec, nal)));
}
