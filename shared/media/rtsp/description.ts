/** Session descriptions (RFC 8866) as an RTSP server writes them. */
import { splitNals } from '../annex-b.ts';
import type { AudioCodec, AudioTrack } from '../audio-track.ts';
import { nalTypeOf } from '../nal.ts';
import { VIDEO_CLOCK_HZ, type VideoCodec, type VideoTrack } from '../packet.ts';
import { AAC_HBR_BITS } from '../rtp/aac.ts';

/** RTP payload types; JPEG and PCM have static ones (RFC 3551 tables 4 and 5). */
export const VIDEO_PAYLOAD_TYPES: Record<VideoCodec, number> = { h264: 96, hevc: 96, mjpeg: 26 };
export const AUDIO_PAYLOAD_TYPES: Record<AudioCodec, number> = { pcmu: 0, pcma: 8, opus: 98, aac: 97 };

const VIDEO_ENCODINGS: Record<VideoCodec, string> = { h264: 'H264', hevc: 'H265', mjpeg: 'JPEG' };
const AUDIO_ENCODINGS: Record<AudioCodec, string> = {
  pcmu: 'PCMU',
  pcma: 'PCMA',
  opus: 'opus',
  aac: 'MPEG4-GENERIC',
};
/** H.265 parameter sets by NAL unit type (RFC 7798 section 7.1). */
const HEVC_PARAMETERS: Record<number, string> = { 32: 'sprop-vps', 33: 'sprop-sps', 34: 'sprop-pps' };
const H264_SPS = 7;

/** A description of a live stream. @param sections lines of each medium */
export function describeSession(name: string, sections: readonly (readonly string[])[]): string {
  const session = [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    `s=${name}`,
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    'a=range:npt=now-',
  ];
  return `${[...session, ...sections.flat()].join('\r\n')}\r\n`;
}

/** Lines of a video track. @param control address of the track, relative to the stream's */
export function videoSection(track: Omit<VideoTrack, 'audio'>, control: string): string[] {
  const type = VIDEO_PAYLOAD_TYPES[track.codec];
  const parameters = videoParameters(track);
  return [
    `m=video 0 RTP/AVP ${type}`,
    `a=rtpmap:${type} ${VIDEO_ENCODINGS[track.codec]}/${VIDEO_CLOCK_HZ}`,
    ...(parameters === '' ? [] : [`a=fmtp:${type} ${parameters}`]),
    ...(track.announcedFps === undefined ? [] : [`a=framerate:${track.announcedFps}`]),
    `a=control:${control}`,
  ];
}

/** Lines of an audio track. @param control address of the track, relative to the stream's */
export function audioSection({ codec, clockHz, channels, config }: AudioTrack, control: string): string[] {
  const type = AUDIO_PAYLOAD_TYPES[codec];
  const { size, index, indexDelta } = AAC_HBR_BITS;
  const fields = `sizelength=${size};indexlength=${index};indexdeltalength=${indexDelta}`;
  const aac = `streamtype=5;profile-level-id=1;mode=AAC-hbr;${fields};config=${config.toString('hex')}`;
  return [
    `m=audio 0 RTP/AVP ${type}`,
    // RFC 7587 section 7: Opus always announces two channels.
    `a=rtpmap:${type} ${AUDIO_ENCODINGS[codec]}/${clockHz}/${codec === 'opus' ? 2 : channels}`,
    ...(codec === 'aac' ? [`a=fmtp:${type} ${aac}`] : []),
    `a=control:${control}`,
  ];
}

function videoParameters({ codec, parameterSets }: Pick<VideoTrack, 'codec' | 'parameterSets'>): string {
  if (codec === 'mjpeg') return '';
  const sets = splitNals(parameterSets);
  return codec === 'h264' ? h264Parameters(sets) : hevcParameters(sets);
}

/** RFC 6184 section 8.2.1. */
function h264Parameters(sets: readonly Buffer[]): string {
  const sps = sets.find((nal) => nalTypeOf('h264', nal) === H264_SPS);
  const encoded = sets.map((nal) => nal.toString('base64')).join(',');
  return [
    'packetization-mode=1',
    ...(sps === undefined ? [] : [`profile-level-id=${sps.toString('hex', 1, 4).toUpperCase()}`]),
    ...(encoded === '' ? [] : [`sprop-parameter-sets=${encoded}`]),
  ].join(';');
}

function hevcParameters(sets: readonly Buffer[]): string {
  const named = sets.map((nal) => ({ name: HEVC_PARAMETERS[nalTypeOf('hevc', nal)], nal }));
  return named
    .filter(({ name }) => name !== undefined)
    .map(({ name, nal }) => `${name}=${nal.toString('base64')}`)
    .join(';');
}
