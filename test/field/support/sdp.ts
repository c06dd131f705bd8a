/** The description of a camera that keeps to the standards. */
import { nalTypeOf } from '#shared/media/nal.ts';
import type { VideoCodec } from '#shared/media/packet.ts';
import type { Clip } from './clips.ts';

export const PAYLOAD_TYPES: Record<VideoCodec, number> = { h264: 96, hevc: 96, mjpeg: 26 };

/** Describes a clip, with PCMA sound beside it where there is some. */
export function describe(clip: Clip, hasSound: boolean): string {
  const session = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=cam', 'c=IN IP4 0.0.0.0', 't=0 0', 'a=control:*'];
  const sound = ['m=audio 0 RTP/AVP 8', 'a=rtpmap:8 PCMA/8000', 'a=control:trackID=1'];
  return [...session, ...video(clip), ...(hasSound ? sound : []), ''].join('\r\n');
}

function video({ codec, units }: Clip): string[] {
  const type = PAYLOAD_TYPES[codec];
  const media = [`m=video 0 RTP/AVP ${type}`];
  const control = ['a=control:trackID=0'];
  if (codec === 'mjpeg') return [...media, ...control];
  const sets = (types: number[]): string =>
    (units[0] ?? [])
      .filter((nal) => types.includes(nalTypeOf(codec, nal)))
      .map((nal) => nal.toString('base64'))
      .join();
  const fmtp =
    codec === 'h264'
      ? `packetization-mode=1;sprop-parameter-sets=${sets([7, 8])}`
      : `sprop-vps=${sets([32])};sprop-sps=${sets([33])};sprop-pps=${sets([34])}`;
  const name = codec === 'h264' ? 'H264' : 'H265';
  return [...media, `a=rtpmap:${type} ${name}/90000`, `a=fmtp:${type} ${fmtp}`, ...control];
}
