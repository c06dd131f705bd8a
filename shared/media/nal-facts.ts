/** What a NAL unit tells about the picture it belongs to, read from its first bytes. */
import { BitReader } from './bit-reader.ts';
import { type NalVideoCodec, nalTypeOf } from './nal.ts';

/** What a depacketizer needs to know of a NAL unit. */
export interface NalFacts {
  /** Holds a part of the picture itself. */
  isSlice: boolean;
  /** Begins the picture: the first block of it is inside. */
  isFirstSlice: boolean;
  /** Ends the picture before it, when it follows one of that picture's slices. */
  isPrefix: boolean;
  /** A decoder can begin here: IDR, or of H.265 any IRAP picture. */
  isRandomAccess: boolean;
  /** An I slice of H.264. */
  isIntra: boolean;
  /** An SEI message says that decoding may begin here and becomes exact later. */
  isRecoveryPoint: boolean;
}

/** Bytes of a NAL unit's header. */
export const NAL_HEADER_BYTES: Record<NalVideoCodec, number> = { h264: 1, hevc: 2 };

/** ITU-T H.264 table 7-1: slices are 1 to 5, of which 3 and 4 are partitions B and C. */
const H264 = { sliceLast: 5, partitions: [3, 4], idr: 5, sei: 6, prefixes: [6, 7, 8, 9, 14, 15] };
/** ITU-T H.265 table 7-1. */
const HEVC = { sliceLast: 31, irapFirst: 16, irapLast: 23, sei: 39, prefixes: [32, 33, 34, 35, 39] };
/** `slice_type` of I and SI slices (ITU-T H.264 table 7-6). */
const I_SLICES: readonly (number | undefined)[] = [2, 4, 7, 9];
/** SEI payload type of a recovery point (ITU-T H.264 section D.1.8, H.265 section D.2.8). */
const RECOVERY_POINT = 6;
/** Enough for two Exp-Golomb numbers. */
const SLICE_HEADER_BYTES = 12;

/** @param nal without start code; its first 16 bytes are enough for slices, SEI needs all of it */
export function factsOf(codec: NalVideoCodec, nal: Buffer): NalFacts {
  return codec === 'h264' ? h264Facts(nal) : hevcFacts(nal);
}

function h264Facts(nal: Buffer): NalFacts {
  const type = nalTypeOf('h264', nal);
  const isSlice = type >= 1 && type <= H264.sliceLast;
  return {
    isSlice,
    // first_mb_in_slice is 0 when its Exp-Golomb code is the single bit 1.
    isFirstSlice: isSlice && !H264.partitions.includes(type) && ((nal[1] ?? 0) & 0x80) !== 0,
    isPrefix: H264.prefixes.includes(type),
    isRandomAccess: type === H264.idr,
    isIntra: isSlice && (H264.partitions.includes(type) || isISlice(nal)),
    isRecoveryPoint: type === H264.sei && hasRecoveryPoint(nal, NAL_HEADER_BYTES.h264),
  };
}

function hevcFacts(nal: Buffer): NalFacts {
  const type = nalTypeOf('hevc', nal);
  const isSlice = type <= HEVC.sliceLast;
  return {
    isSlice,
    isFirstSlice: isSlice && ((nal[2] ?? 0) & 0x80) !== 0,
    isPrefix: HEVC.prefixes.includes(type),
    isRandomAccess: type >= HEVC.irapFirst && type <= HEVC.irapLast,
    isIntra: false,
    isRecoveryPoint: type === HEVC.sei && hasRecoveryPoint(nal, NAL_HEADER_BYTES.hevc),
  };
}

function isISlice(nal: Buffer): boolean {
  return I_SLICES.includes(sliceTypeOf(nal));
}

/** `slice_type` of a slice of H.264 (ITU-T H.264 section 7.3.3); undefined where its header is cut off. */
export function sliceTypeOf(nal: Buffer): number | undefined {
  try {
    const bits = new BitReader(
      nal.subarray(NAL_HEADER_BYTES.h264, NAL_HEADER_BYTES.h264 + SLICE_HEADER_BYTES),
    );
    bits.unsigned();
    return bits.unsigned();
  } catch {
    return undefined;
  }
}

/** Looks through the messages of an SEI NAL unit (ITU-T H.264 section 7.3.2.3.1). */
function hasRecoveryPoint(nal: Buffer, headerBytes: number): boolean {
  let at = headerBytes;
  const number = (): number => {
    let value = 0;
    while (nal[at] === 0xff) {
      value += 0xff;
      at += 1;
    }
    value += nal[at] ?? 0;
    at += 1;
    return value;
  };
  // The last byte holds the trailing bits.
  while (at < nal.length - 1) {
    if (number() === RECOVERY_POINT) return true;
    at += number();
  }
  return false;
}
