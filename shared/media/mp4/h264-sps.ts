/** Sequence parameter sets of H.264 (ITU-T H.264 sections 7.3.2.1.1 and E.1.1). */
import { unescapeNal } from '../annex-b.ts';
import { BitReader } from '../bit-reader.ts';
import { chromaUnit, readPixelAspect, type SequenceParameters } from './sequence-parameters.ts';

/** Profiles whose sets tell of chroma and bit depth. */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const PROFILE_BASELINE = 66;
const MACROBLOCK = 16;

/** Whether a decoder configuration of this profile tells of chroma and bit depth (ISO/IEC 14496-15 section 5.3.3.1.2). */
export function isHighProfile(profile: number): boolean {
  return HIGH_PROFILES.has(profile);
}

/** @param nal the whole NAL unit with its header @throws RangeError for a set that is cut off */
export function parseH264Sps(nal: Buffer): SequenceParameters {
  const reader = new BitReader(unescapeNal(nal.subarray(1)));
  const profile = reader.bits(8);
  reader.skip(16);
  reader.unsigned();
  const format = readFormat(reader, profile);
  reader.unsigned();
  const orderType = skipPictureOrder(reader);
  reader.unsigned();
  reader.skip(1);
  const size = readSize(reader, format.chromaFormat);
  const vui = reader.flag() ? readVui(reader) : undefined;
  // Order type 2 shows pictures as they come (section 8.2.1.3), and Baseline has no B slices.
  const inOrder = orderType === 2 || profile === PROFILE_BASELINE ? 0 : undefined;
  return {
    ...format,
    ...size,
    pixelAspect: vui?.pixelAspect,
    reorderDepth: vui?.reorderDepth ?? inOrder,
  };
}

function readFormat(reader: BitReader, profile: number) {
  if (!isHighProfile(profile)) return { chromaFormat: 1, lumaBits: 8, chromaBits: 8 };
  const chromaFormat = reader.unsigned();
  if (chromaFormat === 3) reader.skip(1);
  const lumaBits = 8 + reader.unsigned();
  const chromaBits = 8 + reader.unsigned();
  reader.skip(1);
  if (reader.flag()) skipScalingLists(reader, chromaFormat === 3 ? 12 : 8);
  return { chromaFormat, lumaBits, chromaBits };
}

function skipScalingLists(reader: BitReader, lists: number): void {
  for (let list = 0; list < lists; list += 1) {
    if (!reader.flag()) continue;
    let last = 8;
    let next = 8;
    for (let index = 0; index < (list < 6 ? 16 : 64); index += 1) {
      if (next !== 0) next = (last + reader.signed() + 256) % 256;
      last = next === 0 ? last : next;
    }
  }
}

function skipPictureOrder(reader: BitReader): number {
  const type = reader.unsigned();
  if (type === 0) reader.unsigned();
  if (type === 1) {
    reader.skip(1);
    reader.signed();
    reader.signed();
    const cycle = reader.unsigned();
    for (let index = 0; index < cycle; index += 1) reader.signed();
  }
  return type;
}

function readSize(reader: BitReader, chromaFormat: number): { width: number; height: number } {
  const width = (reader.unsigned() + 1) * MACROBLOCK;
  const mapUnits = reader.unsigned() + 1;
  const fieldsPerFrame = reader.flag() ? 1 : 2;
  if (fieldsPerFrame === 2) reader.skip(1);
  reader.skip(1);
  const height = mapUnits * MACROBLOCK * fieldsPerFrame;
  if (!reader.flag()) return { width, height };
  const [unitX, unitY] = chromaUnit(chromaFormat);
  const [left, right, top, bottom] = [
    reader.unsigned(),
    reader.unsigned(),
    reader.unsigned(),
    reader.unsigned(),
  ];
  return {
    width: width - (left + right) * unitX,
    height: height - (top + bottom) * unitY * fieldsPerFrame,
  };
}

function readVui(reader: BitReader) {
  const pixelAspect = reader.flag() ? readPixelAspect(reader) : undefined;
  if (reader.flag()) reader.skip(1);
  if (reader.flag()) {
    reader.skip(4);
    if (reader.flag()) reader.skip(24);
  }
  if (reader.flag()) {
    reader.unsigned();
    reader.unsigned();
  }
  if (reader.flag()) reader.skip(65);
  const hasNalHrd = reader.flag();
  if (hasNalHrd) skipHrd(reader);
  const hasVclHrd = reader.flag();
  if (hasVclHrd) skipHrd(reader);
  if (hasNalHrd || hasVclHrd) reader.skip(1);
  reader.skip(1);
  return { pixelAspect, reorderDepth: reader.flag() ? readReorderDepth(reader) : undefined };
}

function skipHrd(reader: BitReader): void {
  const schedules = reader.unsigned() + 1;
  reader.skip(8);
  for (let index = 0; index < schedules; index += 1) {
    reader.unsigned();
    reader.unsigned();
    reader.skip(1);
  }
  reader.skip(20);
}

/** `max_num_reorder_frames` of the bitstream restriction. */
function readReorderDepth(reader: BitReader): number {
  reader.skip(1);
  for (let index = 0; index < 4; index += 1) reader.unsigned();
  return reader.unsigned();
}
