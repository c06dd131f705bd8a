/** How a video is described to players: codec string (RFC 6381), size and decoder configuration (ISO/IEC 14496-15). */
import type { Rotation } from '../packet.ts';
import { box, u8, u16, u32 } from './boxes.ts';
import { isHighProfile, parseH264Sps } from './h264-sps.ts';
import { type H265Profile, parseH265Sps } from './h265-sps.ts';
import type { ParameterSets } from './parameter-sets.ts';
import type { SequenceParameters } from './sequence-parameters.ts';

/** A video that MP4 can carry. */
export interface VideoFormat extends SequenceParameters {
  /** `avc1.64001f`, `hvc1.1.6.L93.B0`. */
  codecString: string;
  /** Type of the sample entry: `avc1` or `hvc1`. */
  sampleEntry: 'avc1' | 'hvc1';
  /** Box `avcC` or `hvcC`. */
  configuration: Buffer;
  /** How players turn the pictures. */
  rotation?: Rotation | undefined;
}

const H264_SPS = 7;
const H264_PPS = 8;
const H265_SPS = 33;
/** NAL units in samples have a length of four bytes in front. */
const LENGTH_SIZE_MINUS_ONE = 3;

/** Sides of a picture have 16 bits in MP4. */
export const MAX_DIMENSION = 0xffff;
/** `chroma_format_idc` and bit depths that a decoder configuration has room for. */
const MAX_CHROMA_FORMAT = 3;
const MAX_BITS = 15;

/** Describes a video. @param sets complete parameter sets @throws RangeError for sets that cannot be read */
export function describeVideo(sets: ParameterSets): VideoFormat {
  return sets.codec === 'h264' ? describeH264(sets) : describeH265(sets);
}

/** @throws RangeError for values that no decoder configuration holds: one flipped bit is enough for them */
function checked<T extends SequenceParameters>(parameters: T): T {
  const { width, height, chromaFormat, lumaBits, chromaBits } = parameters;
  for (const side of [width, height])
    if (!(side >= 1 && side <= MAX_DIMENSION)) throw new RangeError('no such size of a picture');
  if (chromaFormat > MAX_CHROMA_FORMAT || lumaBits > MAX_BITS || chromaBits > MAX_BITS)
    throw new RangeError('no such format of samples');
  return parameters;
}

function describeH264({ all }: ParameterSets): VideoFormat {
  const [spsList, ppsList] = [all.get(H264_SPS) ?? [], all.get(H264_PPS) ?? []];
  const sps = firstOf(spsList);
  const parameters = checked(parseH264Sps(sps));
  const [profile, , level] = [sps[1] as number, sps[2], sps[3] as number];
  const profileBytes = sps.subarray(1, 4);
  const { chromaFormat, lumaBits, chromaBits } = parameters;
  const depth = u8(0xfc | chromaFormat, 0xf8 | (lumaBits - 8), 0xf8 | (chromaBits - 8), 0);
  return {
    ...parameters,
    codecString: `avc1.${profileBytes.toString('hex')}`,
    sampleEntry: 'avc1',
    configuration: box(
      'avcC',
      u8(1, profile, sps[2] as number, level, 0xfc | LENGTH_SIZE_MINUS_ONE, 0xe0 | spsList.length),
      ...spsList.map(withLength),
      u8(ppsList.length),
      ...ppsList.map(withLength),
      ...(isHighProfile(profile) ? [depth] : []),
    ),
  };
}

function describeH265({ all }: ParameterSets): VideoFormat {
  const { profile, ...parameters } = checked(parseH265Sps(firstOf(all.get(H265_SPS) ?? [])));
  const { chromaFormat, lumaBits, chromaBits } = parameters;
  const nesting = profile.isTemporallyNested ? 1 : 0;
  const layers = (profile.temporalLayers << 3) | (nesting << 2) | LENGTH_SIZE_MINUS_ONE;
  return {
    ...parameters,
    codecString: h265CodecString(profile),
    sampleEntry: 'hvc1',
    configuration: box(
      'hvcC',
      u8(1),
      profile.general,
      u8(profile.level),
      // Minimal spatial segmentation and parallelism: unknown.
      u16(0xf000),
      u8(0xfc, 0xfc | chromaFormat, 0xf8 | (lumaBits - 8), 0xf8 | (chromaBits - 8)),
      // Average frame rate: unknown.
      u16(0),
      u8(layers, all.size),
      ...[...all].flatMap(([type, nals]) => [u8(0x80 | type), u16(nals.length), ...nals.map(withLength)]),
    ),
  };
}

/** ISO/IEC 14496-15 annex E.3. */
function h265CodecString({ general, level }: H265Profile): string {
  const first = general[0] as number;
  const space = ['', 'A', 'B', 'C'][first >> 6] as string;
  const tier = (first & 0x20) === 0 ? 'L' : 'H';
  const constraints = [...general.subarray(5)];
  while (constraints.at(-1) === 0) constraints.pop();
  return [
    `hvc1.${space}${first & 0x1f}`,
    reverseBits(general.readUInt32BE(1)).toString(16),
    `${tier}${level}`,
    ...constraints.map((byte) => byte.toString(16).toUpperCase()),
  ].join('.');
}

function reverseBits(value: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit += 1) reversed = reversed * 2 + ((value >>> bit) & 1);
  return reversed;
}

function withLength(nal: Buffer): Buffer {
  return Buffer.concat([u16(nal.length), nal]);
}

function firstOf(nals: readonly Buffer[]): Buffer {
  const nal = nals[0];
  if (nal === undefined) throw new RangeError('there is no sequence parameter set');
  return nal;
}

/** The box of a video in the sample description (ISO/IEC 14496-12 section 12.1.3). */
export function sampleEntryBox({
  sampleEntry,
  width,
  height,
  pixelAspect,
  configuration,
}: VideoFormat): Buffer {
  const resolution72Dpi = 0x00480000;
  return box(
    sampleEntry,
    Buffer.alloc(6),
    u16(1),
    Buffer.alloc(16),
    u16(width, height),
    u32(resolution72Dpi, resolution72Dpi, 0),
    u16(1),
    Buffer.alloc(32),
    u16(0x0018, 0xffff),
    configuration,
    ...(pixelAspect === undefined ? [] : [box('pasp', u32(...pixelAspect))]),
  );
}
