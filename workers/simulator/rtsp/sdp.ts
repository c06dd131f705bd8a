/** Session descriptions (RFC 8866) of the simulated cameras. */
import { nalTypeOf } from '../rtp/nal-units.ts';
import type { StreamCodec, StreamSource } from '../stream/stream-source.ts';

/** Name of the one track, relative to the stream's address. */
export const TRACK = 'trackID=0';

/** First dynamic payload type; JPEG has a static one (RFC 3551 table 5). */
const PAYLOAD_TYPES: Record<StreamCodec, number> = { h264: 96, hevc: 96, mjpeg: 26 };
const ENCODINGS: Record<StreamCodec, string> = { h264: 'H264', hevc: 'H265', mjpeg: 'JPEG' };
/** H.265 parameter sets by NAL unit type (RFC 7798 section 7.1). */
const HEVC_PARAMETERS: Record<number, string> = { 32: 'sprop-vps', 33: 'sprop-sps', 34: 'sprop-pps' };
const H264_SPS = 7;

/** RTP payload type of a codec. */
export function payloadTypeOf(codec: StreamCodec): number {
  return PAYLOAD_TYPES[codec];
}

/** Describes a stream with one video track. */
export function describeVideo(source: StreamSource): string {
  const type = payloadTypeOf(source.codec);
  const format = formatParameters(source);
  return description([
    `m=video 0 RTP/AVP ${type}`,
    `a=rtpmap:${type} ${ENCODINGS[source.codec]}/90000`,
    ...(format === '' ? [] : [`a=fmtp:${type} ${format}`]),
    ...(source.framesPerSecond === undefined ? [] : [`a=framerate:${source.framesPerSecond}`]),
    `a=control:${TRACK}`,
  ]);
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
