/** Which payload types of a media section we can send. */

import type { NalVideoCodec } from '#shared/media/nal.ts';
import type { CarriedAudio } from '../../../packets/carried-audio.ts';
import type { MediaSection } from './description.ts';

/** A codec as it is negotiated. */
export interface CodecLine {
  codec: NalVideoCodec;
  payloadType: number;
  /** Value of `a=fmtp`, where there is one. */
  parameters?: string;
}

/** A codec of sound as it is negotiated. */
export interface AudioLine {
  codec: CarriedAudio;
  payloadType: number;
  /** Value of `a=fmtp`, where there is one. */
  parameters?: string;
}

const CODEC_BY_ENCODING: Record<string, NalVideoCodec> = { 'H264/90000': 'h264', 'H265/90000': 'hevc' };
/** What every WebRTC endpoint takes (RFC 7742 section 6.2); decoders go by what the stream itself says. */
const CONSTRAINED_BASELINE = '42e01f';
const PARAMETERS: Record<NalVideoCodec, string> = {
  h264: `level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=${CONSTRAINED_BASELINE}`,
  // The level is a bound for the sender that browsers state with care; theirs is taken in an answer.
  hevc: 'level-id=180;profile-id=1;tier-flag=0;tx-mode=SRST',
};

/** What we offer: both codecs, since a camera may be switched from one to the other. */
export const OFFERED_CODECS: readonly CodecLine[] = [
  { codec: 'h264', payloadType: 96, parameters: PARAMETERS.h264 },
  { codec: 'hevc', payloadType: 97, parameters: PARAMETERS.hevc },
];

const AUDIO_BY_ENCODING: Record<string, CarriedAudio> = {
  'OPUS/48000/2': 'opus',
  'PCMU/8000': 'pcmu',
  'PCMU/8000/1': 'pcmu',
  'PCMA/8000': 'pcma',
  'PCMA/8000/1': 'pcma',
};
/** Payload types that need no `a=rtpmap` (RFC 3551 table 4). */
const STATIC_AUDIO: Record<string, string> = { '0': 'PCMU/8000', '8': 'PCMA/8000' };
const OPUS_PARAMETERS = 'minptime=10;useinbandfec=1';

/** What we offer beside the picture. */
export const OFFERED_AUDIO: readonly AudioLine[] = [
  { codec: 'opus', payloadType: 111, parameters: OPUS_PARAMETERS },
  { codec: 'pcmu', payloadType: 0 },
  { codec: 'pcma', payloadType: 8 },
];

/** The first payload type of each codec of sound that a client takes. */
export function acceptedAudio({ formats, lines }: MediaSection): AudioLine[] {
  const all = formats.flatMap((format) => audioOf(format, lines) ?? []);
  return all.filter((line, index) => all.findIndex(({ codec }) => codec === line.codec) === index);
}

function audioOf(format: string, lines: readonly string[]): AudioLine | undefined {
  if (!/^\d{1,3}$/.test(format) || Number(format) > 127) return undefined;
  const encoding = (firstValue(`a=rtpmap:${format} `, lines) ?? STATIC_AUDIO[format] ?? '').toUpperCase();
  const codec = Object.hasOwn(AUDIO_BY_ENCODING, encoding) ? AUDIO_BY_ENCODING[encoding] : undefined;
  if (codec === undefined) return undefined;
  const parameters = codec === 'opus' ? { parameters: OPUS_PARAMETERS } : {};
  return { codec, payloadType: Number(format), ...parameters };
}

/** The best payload type of each codec that a client takes. */
export function acceptedCodecs({ formats, lines }: MediaSection): CodecLine[] {
  const all = formats.flatMap((format) => codecOf(format, lines) ?? []);
  return (['h264', 'hevc'] as const).flatMap((codec) => {
    const lines = all.filter((line) => line.codec === codec);
    return lines.find(isCommon) ?? lines[0] ?? [];
  });
}

function codecOf(format: string, lines: readonly string[]): CodecLine | undefined {
  if (!/^\d{1,3}$/.test(format) || Number(format) > 127) return undefined;
  const encoding = firstValue(`a=rtpmap:${format} `, lines)?.toUpperCase() ?? '';
  const codec = Object.hasOwn(CODEC_BY_ENCODING, encoding) ? CODEC_BY_ENCODING[encoding] : undefined;
  if (codec === undefined) return undefined;
  const parameters = firstValue(`a=fmtp:${format} `, lines) ?? '';
  // Mode 0, the default, knows no fragments (RFC 6184 section 6.2).
  if (codec === 'h264' && !/packetization-mode=1\b/i.test(parameters)) return undefined;
  return { codec, payloadType: Number(format), ...(parameters === '' ? {} : { parameters }) };
}

function isCommon({ parameters }: CodecLine): boolean {
  return parameters?.toLowerCase().includes(`profile-level-id=${CONSTRAINED_BASELINE}`) === true;
}

function firstValue(prefix: string, lines: readonly string[]): string | undefined {
  return lines
    .find((line) => line.startsWith(prefix))
    ?.slice(prefix.length)
    .trim();
}

/** Codec lines with the stream's own codec first: clients such as go2rtc decode the first of an answer alone. */
export function ownFirst(codecs: readonly CodecLine[], own: string | undefined): CodecLine[] {
  const isOwn = ({ codec }: CodecLine): boolean => codec === own;
  return [...codecs.filter(isOwn), ...codecs.filter((line) => !isOwn(line))];
}
