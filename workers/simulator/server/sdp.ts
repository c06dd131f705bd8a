/** Session descriptions (RFC 8866) of the simulated cameras. */
import { nalTypeOf } from './rtp/nal-units.ts';
import type { AudioLoop, AudioStreamCodec } from './stream/audio-source.ts';
import type { StreamCodec, StreamSource } from './stream/stream-source.ts';

/** Name of the video track, relative to the stream's address. */
export const TRACK = 'trackID=0';
/** Name of the audio track. */
export const AUDIO_TRACK = 'trackID=1';

/** First dynamic payload type; JPEG has a static one (RFC 3551 table 5). */
const PAYLOAD_TYPES: Record<StreamCodec, number> = { h264: 96, hevc: 96, mjpeg: 26 };
const ENCODINGS: Record<StreamCodec, string> = { h264: 'H264', hevc: 'H265', mjpeg: 'JPEG' };
/** PCM has static types (RFC 3551 table 4). */
const AUDIO_PAYLOAD_TYPES: Record<AudioStreamCodec, number> = { pcmu: 0, pcma: 8, opus: 98, aac: 97 };
const AUDIO_ENCODINGS: Record<AudioStreamCodec, string> = {
  pcmu: 'PCMU',
  pcma: 'PCMA',
  opus: 'opus',
  aac: 'MPEG4-GENERIC',
};
/** H.265 parameter sets by NAL unit type (RFC 7798 section 7.1). */
const HEVC_PARAMETERS: Record<number, string> = { 32: 'sprop-vps', 33: 'sprop-sps', 34: 'sprop-pps' };
const H264_SPS = 7;

/** RTP payload type of a codec. */
export function payloadTypeOf(codec: StreamCodec): number {
  return PAYLOAD_TYPES[codec];
}

/** RTP payload type of a codec of sound. */
export function audioPayloadTypeOf(codec: AudioStreamCodec): number {
  return AUDIO_PAYLOAD_TYPES[codec];
}

/** Describes a stream: one video track, and an audio track where it has sound. */
export function describeVideo(source: StreamSource): string {
  const type = payloadTypeOf(source.codec);
  const format = formatParameters(source);
  return description([
    `m=video 0 RTP/AVP ${type}`,
    `a=rtpmap:${type} ${ENCODINGS[source.codec]}/90000`,
    ...(format === '' ? [] : [`a=fmtp:${type} ${format}`]),
    ...(source.framesPerSecond === undefined ? [] : [`a=framerate:${source.framesPerSecond}`]),
    `a=control:${TRACK}`,
    ...(source.audio === undefined ? [] : audioLines(source.audio)),
  ]);
}

function audioLines({ codec, clockHz, channels, config }: AudioLoop): string[] {
  const type = audioPayloadTypeOf(codec);
  // RFC 3640 section 3.3.6.
  const aac = `streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=${config.toString('hex')}`;
  return [
    `m=audio 0 RTP/AVP ${type}`,
    // RFC 7587 section 7: Opus says two channels whatever it holds.
    `a=rtpmap:${type} ${AUDIO_ENCODINGS[codec]}/${clockHz}/${codec === 'opus' ? 2 : channels}`,
    ...(codec === 'aac' ? [`a=fmtp:${type} ${aac}`] : []),
    `a=control:${AUDIO_TRACK}`,
  ];
}

/** Describes a stream without video, as an intercom has. */
export function describeAudio(): string {
  return description(['m=audio 0 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', `a=control:${TRACK}`]);
}

function description(media: string[]): string {
  const session = [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=Simulated camera',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    'a=range:npt=now-',
  ];
  return `${[...session, ...media].join('\r\n')}\r\n`;
}

function formatParameters({ codec, parameterSets }: StreamSource): string {
  if (codec === 'h264') return h264Parameters(parameterSets);
  if (codec === 'hevc') return hevcParameters(parameterSets);
  return '';
}

/** RFC 6184 section 8.2.1. */
function h264Parameters(sets: readonly Buffer[]): string {
  const sps = sets.find((nal) => nalTypeOf('h264', nal) === H264_SPS);
  return [
    'packetization-mode=1',
    ...(sps === undefined ? [] : [`profile-level-id=${sps.toString('hex', 1, 4).toUpperCase()}`]),
    ...(sets.length === 0
      ? []
      : [`sprop-parameter-sets=${sets.map((nal) => nal.toString('base64')).join(',')}`]),
  ].join(';');
}

function hevcParameters(sets: readonly Buffer[]): string {
  const named = sets.map((nal) => ({ name: HEVC_PARAMETERS[nalTypeOf('hevc', nal)], nal }));
  return named
    .filter(({ name }) => name !== undefined)
    .map(({ name, nal }) => `${name}=${nal.toString('base64')}`)
    .join(';');
}
