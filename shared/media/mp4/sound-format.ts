/**
 * How a camera's sound is described to players that take MP4: codec string (RFC 6381), sample entry and the
 * length of its frames. AAC (ISO/IEC 14496-14) and Opus ("Encapsulation of Opus in ISO Base Media File Format")
 * pass untouched. PCM of telephones is taken by no browser in MP4.
 */
import type { AudioTrack } from '../audio-track.ts';
import { BitReader } from '../bit-reader.ts';
import { box, fullBox, u8, u16, u32 } from './boxes.ts';
import { OPUS_HZ, OPUS_SILENCE, opusSamples } from './opus-packet.ts';

/** Sound that MP4 can carry. */
export interface SoundFormat {
  /** `mp4a.40.2`, `opus`. */
  codecString: string;
  /** Units of time in a second: samples. */
  timescale: number;
  /** The box of the sample description. */
  sampleEntry: Buffer;
  /** Length of a frame in units of the timescale; 0 for what is none. */
  durationOf(frame: Buffer): number;
  /** A frame in which nothing is heard. */
  silence: Buffer;
}

/** Sampling frequencies of AAC by index (ISO/IEC 14496-3 table 1.18); 15 stands for any other. */
const AAC_HZ = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000];
const OTHER_HZ = 15;
/** What encoders produce: at other rates a frame would last for microseconds, or for minutes. */
const MIN_HZ = 7350;
const MAX_HZ = 96_000;
/** Object types whose frames are those of AAC-LC: itself, and with replicated spectrum and parametric stereo around it. */
const AAC_LC = 2;
const AROUND_AAC_LC = [5, 29];
const AAC_FRAME_SAMPLES = 1024;
/** One empty element and the end (ISO/IEC 14496-3 table 4.3), by number of channels. */
const AAC_SILENCE = [Buffer.from('00000007', 'hex'), Buffer.from('2000000000000e', 'hex')];

/** Opus of a camera, or of ours. RTP always announces two channels (RFC 7587 section 7), which decoders make of one. */
export const OPUS_SOUND: SoundFormat = {
  codecString: 'opus',
  timescale: OPUS_HZ,
  sampleEntry: soundEntry(
    'Opus',
    { channels: 2, sampleHz: OPUS_HZ },
    // Live sound begins anywhere: nothing is to be skipped.
    box('dOps', u8(0, 2), u16(0), u32(OPUS_HZ), u16(0), u8(0)),
  ),
  durationOf: opusSamples,
  silence: OPUS_SILENCE,
};

/** Describes the sound of a track. @returns undefined for what MP4 does not carry to browsers */
export function describeSound(track: AudioTrack): SoundFormat | undefined {
  if (track.codec === 'opus') return OPUS_SOUND;
  return track.codec === 'aac' ? describeAac(track.config) : undefined;
}

function describeAac(config: Buffer): SoundFormat | undefined {
  const facts = readAacConfig(config);
  const silence = AAC_SILENCE[(facts?.channels ?? 0) - 1];
  if (facts === undefined || silence === undefined) return undefined;
  const { objectType, sampleHz, channels } = facts;
  return {
    codecString: `mp4a.40.${objectType}`,
    timescale: sampleHz,
    sampleEntry: soundEntry('mp4a', { channels, sampleHz }, elementaryStream(config)),
    durationOf: (frame) => (frame.length > 0 ? AAC_FRAME_SAMPLES : 0),
    silence,
  };
}

/** The members of AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1) that decide whether browsers play it. */
function readAacConfig(config: Buffer) {
  try {
    const reader = new BitReader(config);
    const objectType = reader.bits(5);
    const sampleHz = readHz(reader);
    const channels = reader.bits(4);
    if (AROUND_AAC_LC.includes(objectType)) readHz(reader);
    const core = AROUND_AAC_LC.includes(objectType) ? reader.bits(5) : objectType;
    const isShortFrame = reader.flag();
    const isTaken = core === AAC_LC && sampleHz !== undefined && !isShortFrame;
    return isTaken ? { objectType, sampleHz, channels } : undefined;
  } catch {
    return undefined;
  }
}

function readHz(reader: BitReader): number | undefined {
  const index = reader.bits(4);
  const hz = index === OTHER_HZ ? reader.bits(24) : AAC_HZ[index];
  return hz !== undefined && hz >= MIN_HZ && hz <= MAX_HZ ? hz : undefined;
}

/** ISO/IEC 14496-12 section 12.2.3. */
function soundEntry(
  type: string,
  { channels, sampleHz }: { channels: number; sampleHz: number },
  specific: Buffer,
): Buffer {
  const bitsPerSample = 16;
  return box(
    type,
    Buffer.alloc(6),
    u16(1),
    Buffer.alloc(8),
    u16(channels, bitsPerSample, 0, 0),
    // 16.16 fixed point; a higher rate does not fit and stands in the configuration.
    u16(sampleHz <= 0xffff ? sampleHz : 0, 0),
    specific,
  );
}

/** Box `esds` (ISO/IEC 14496-14 section 5.6.1) around the descriptors of ISO/IEC 14496-1 section 7.2.6. */
function elementaryStream(config: Buffer): Buffer {
  const [mpeg4Audio, audioStream] = [0x40, 0x15];
  const unknownRates = u32(0, 0);
  const decoder = [u8(mpeg4Audio, audioStream, 0, 0, 0), unknownRates, descriptor(5, config)];
  const asInMp4 = u8(2);
  return fullBox(
    'esds',
    0,
    0,
    descriptor(3, u16(0), u8(0), descriptor(4, ...decoder), descriptor(6, asInMp4)),
  );
}

/** A descriptor with its length in four groups of seven bits. */
function descriptor(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const groups = [21, 14, 7].map((shift) => 0x80 | ((body.length >> shift) & 0x7f));
  return Buffer.concat([u8(tag, ...groups, body.length & 0x7f), body]);
}
