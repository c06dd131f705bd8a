/** NAL unit types of H.264 (ITU-T H.264 table 7-1) and H.265 (ITU-T H.265 table 7-1). */
import type { VideoCodec } from './packet.ts';

/** Codecs whose pictures are NAL units. */
export type NalVideoCodec = Exclude<VideoCodec, 'mjpeg'>;

/** SPS and PPS; of H.265 VPS, SPS and PPS. */
export const PARAMETER_SET_TYPES: Record<NalVideoCodec, readonly number[]> = {
  h264: [7, 8],
  hevc: [32, 33, 34],
};

/** `nal_unit_type` of a NAL unit without start code. */
export function nalTypeOf(codec: NalVideoCodec, nal: Buffer): number {
  const first = nal[0] ?? 0;
  return codec === 'h264' ? first & 0x1f : (first >> 1) & 0x3f;
}

/** The parameter sets among NAL units, in their order. */
export function parameterSetsOf(codec: NalVideoCodec, nals: readonly Buffer[]): Buffer[] {
  return nals.filter((nal) => PARAMETER_SET_TYPES[codec].includes(nalTypeOf(codec, nal)));
}
