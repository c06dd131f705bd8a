/** The part of a session description (RFC 8866) that says how to receive the sound. */
import type { AudioCodec, AudioTrack } from '../audio-track.ts';

/** The audio track and how to ask for it. */
export interface AudioMedia extends AudioTrack {
  payloadType: number;
  /** Value of `a=control`, possibly relative. */
  control: string;
  /** Bits of the fields before each AAC frame (RFC 3640 section 4.1); all 0 for other codecs. */
  frameHeader: FrameHeaderBits;
}

/** RFC 3640 section 4.1: `sizelength`, `indexlength` and `indexdeltalength`. */
export interface FrameHeaderBits {
  size: number;
  index: number;
  indexDelta: number;
}

const CODEC_BY_ENCODING: Record<string, AudioCodec> = {
  OPUS: 'opus',
  PCMU: 'pcmu',
  PCMA: 'pcma',
  'MPEG4-GENERIC': 'aac',
};
/** RTP payload types that need no `a=rtpmap` (RFC 3551 table 4). */
const STATIC_ENCODINGS: Record<string, string> = { '0': 'PCMU/8000', '8': 'PCMA/8000' };
const PCM_HZ = 8000;
const OPUS_HZ = 48_000;
const MAX_AAC_HZ = 96_000;
const MAX_CHANNELS = 2;
/** Marks the loudspeaker of a camera: sound for us to send (ONVIF Streaming Specification section 5.3). */
const BACK_CHANNEL = /^a=(?:sendonly|inactive)\s*$/im;
/** No camera has as many; each is searched for in the whole text. */
const MAX_SECTIONS = 8;
const MAX_FORMATS = 16;
/** More than any field of the format can have. */
const MAX_FIELD_BITS = 16;
const NO_FRAME_HEADER: FrameHeaderBits = { size: 0, index: 0, indexDelta: 0 };

/** Finds the first audio track that can be received; undefined when there is none: video does not depend on it. */
export function parseAudioMedia(sdp: string): AudioMedia | undefined {
  const sections = sdp.split(/\r?\n(?=m=)/).filter((section) => section.startsWith('m=audio'));
  for (const section of sections.slice(0, MAX_SECTIONS)) {
    if (BACK_CHANNEL.test(section)) continue;
    const formats = /^m=audio \S+ \S+((?: \d+)+)/.exec(section)?.[1]?.trim().split(' ') ?? [];
    for (const format of formats.slice(0, MAX_FORMATS)) {
      const media = parseFormat(section, format);
      if (media !== undefined) return media;
    }
  }
  return undefined;
}

function parseFormat(section: string, format: string): AudioMedia | undefined {
  const mapped = new RegExp(`^a=rtpmap:${format} +(\\S+)`, 'im').exec(section)?.[1];
  const [encoding = '', rate = '', count = '1'] = (mapped ?? STATIC_ENCODINGS[format] ?? '').split('/');
  const name = encoding.toUpperCase();
  const codec = Object.hasOwn(CODEC_BY_ENCODING, name) ? CODEC_BY_ENCODING[name] : undefined;
  if (codec === undefined) return undefined;
  const parameters = new RegExp(`^a=fmtp:${format} +(.*)$`, 'im').exec(section)?.[1] ?? '';
  const media: AudioMedia = {
    codec,
    clockHz: Number(rate),
    channels: Number(count),
    config: codec === 'aac' ? Buffer.from(parameter(parameters, 'config') ?? '', 'hex') : Buffer.alloc(0),
    payloadType: Number(format),
    control: /^a=control: *(\S+)/im.exec(section)?.[1] ?? '*',
    frameHeader: codec === 'aac' ? frameHeaderOf(parameters) : NO_FRAME_HEADER,
  };
  return isReceivable(media) ? media : undefined;
}

function isReceivable({ codec, clockHz, channels, config, frameHeader }: AudioMedia): boolean {
  if (codec === 'opus') return clockHz === OPUS_HZ;
  if (codec !== 'aac') return clockHz === PCM_HZ && channels === 1;
  const { size, index, indexDelta } = frameHeader;
  const areFieldsKnown = size > 0 && [size, index, indexDelta].every((bits) => bits <= MAX_FIELD_BITS);
  const isRateKnown = clockHz > 0 && clockHz <= MAX_AAC_HZ;
  return areFieldsKnown && isRateKnown && channels >= 1 && channels <= MAX_CHANNELS && config.length >= 2;
}

function frameHeaderOf(parameters: string): FrameHeaderBits {
  const bits = (name: string): number => Number(parameter(parameters, name) ?? 0) || 0;
  return { size: bits('sizelength'), index: bits('indexlength'), indexDelta: bits('indexdeltalength') };
}

function parameter(parameters: string, name: string): string | undefined {
  return new RegExp(`(?:^|;)\\s*${name}\\s*=\\s*([^;\\s]+)`, 'i').exec(parameters)?.[1];
}
