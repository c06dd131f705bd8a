/** What a sequence parameter set says of the video, in the terms both codecs share. */

/** Facts of a sequence parameter set. */
export interface SequenceParameters {
  /** Pixels, after cropping. */
  width: number;
  height: number;
  /** `chroma_format_idc`: 1 is 4:2:0. */
  chromaFormat: number;
  lumaBits: number;
  chromaBits: number;
  /** Shape of a sample, horizontal to vertical, where it was read. */
  pixelAspect: readonly [number, number] | undefined;
  /** Pictures that may come before one that is shown earlier; undefined when the set does not say. */
  reorderDepth: number | undefined;
}

/** `aspect_ratio_idc` (H.264 table E-1, H.265 table E.1). */
const PIXEL_ASPECTS: readonly (readonly [number, number])[] = [
  [1, 1],
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
];
const EXTENDED_SAR = 255;

/** Reads `aspect_ratio_idc` and what may follow it. */
export function readPixelAspect(reader: { bits(count: number): number }): readonly [number, number] {
  const index = reader.bits(8);
  if (index !== EXTENDED_SAR) return PIXEL_ASPECTS[index] ?? [1, 1];
  const [horizontal, vertical] = [reader.bits(16), reader.bits(16)];
  return horizontal > 0 && vertical > 0 ? [horizontal, vertical] : [1, 1];
}

/** Samples of chroma cover this many of luma, by `chroma_format_idc`: horizontally, vertically. */
export function chromaUnit(chromaFormat: number): readonly [number, number] {
  if (chromaFormat === 1) return [2, 2];
  return chromaFormat === 2 ? [2, 1] : [1, 1];
}
