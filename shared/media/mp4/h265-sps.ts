/** Sequence parameter sets of H.265 (ITU-T H.265 sections 7.3.2.2 and 7.3.3). */
import { unescapeNal } from '../annex-b.ts';
import { BitReader } from '../bit-reader.ts';
import { chromaUnit, type SequenceParameters } from './sequence-parameters.ts';

/** What codec strings and decoder configurations repeat of profile, tier and level. */
export interface H265Profile {
  /** `general_profile_space` to `general_constraint_indicator_flags`: eleven bytes as they are in the set. */
  general: Buffer;
  level: number;
  temporalLayers: number;
  isTemporallyNested: boolean;
}

const NAL_HEADER_BYTES = 2;
/** Sub-layer flags are padded to eight sub-layers. */
const PADDED_SUB_LAYERS = 8;

/** @param nal the whole NAL unit with its header @throws RangeError for a set that is cut off */
export function parseH265Sps(nal: Buffer): SequenceParameters & { profile: H265Profile } {
  const payload = unescapeNal(nal.subarray(NAL_HEADER_BYTES));
  const reader = new BitReader(payload);
  reader.skip(4);
  const maxSubLayer = reader.bits(3);
  const isTemporallyNested = reader.flag();
  const general = payload.subarray(1, 12);
  reader.skip(88);
  const level = reader.bits(8);
  skipSubLayers(reader, maxSubLayer);
  reader.unsigned();
  const format = readFormat(reader);
  reader.unsigned();
  return {
    ...format,
    // It stands behind much else; without it in the file, decoders take it from the set.
    pixelAspect: undefined,
    reorderDepth: readReorderDepth(reader, maxSubLayer),
    profile: { general, level, temporalLayers: maxSubLayer + 1, isTemporallyNested },
  };
}

function skipSubLayers(reader: BitReader, maxSubLayer: number): void {
  if (maxSubLayer === 0) return;
  const present = Array.from({ length: maxSubLayer }, () => [reader.flag(), reader.flag()] as const);
  reader.skip((PADDED_SUB_LAYERS - maxSubLayer) * 2);
  for (const [hasProfile, hasLevel] of present) reader.skip((hasProfile ? 88 : 0) + (hasLevel ? 8 : 0));
}

function readFormat(reader: BitReader) {
  const chromaFormat = reader.unsigned();
  if (chromaFormat === 3) reader.skip(1);
  const [width, height] = [reader.unsigned(), reader.unsigned()];
  const [unitX, unitY] = chromaUnit(chromaFormat);
  const [left, right, top, bottom] = reader.flag()
    ? [reader.unsigned(), reader.unsigned(), reader.unsigned(), reader.unsigned()]
    : [0, 0, 0, 0];
  return {
    width: width - (left + right) * unitX,
    height: height - (top + bottom) * unitY,
    chromaFormat,
    lumaBits: 8 + reader.unsigned(),
    chromaBits: 8 + reader.unsigned(),
  };
}

/** `sps_max_num_reorder_pics` of the highest sub-layer. */
function readReorderDepth(reader: BitReader, maxSubLayer: number): number {
  let depth = 0;
  const first = reader.flag() ? 0 : maxSubLayer;
  for (let layer = first; layer <= maxSubLayer; layer += 1) {
    reader.unsigned();
    depth = reader.unsigned();
    reader.unsigned();
  }
  return depth;
}
