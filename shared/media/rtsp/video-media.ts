/** The part of a session description (RFC 8866) that says how to receive the video. */
import { AppError, peerWords } from '#shared/errors.ts';
import { joinNals } from '../annex-b.ts';
import type { VideoCodec, VideoTrack } from '../packet.ts';

/** The video track and how to ask for it. */
export interface VideoMedia extends VideoTrack {
  payloadType: number;
  /** Value of `a=control`, possibly relative. */
  control: string;
}

const CODEC_BY_ENCODING: Record<string, VideoCodec> = {
  H264: 'h264',
  H265: 'hevc',
  HEVC: 'hevc',
  JPEG: 'mjpeg',
};
/** Static RTP payload type of JPEG (RFC 3551 table 5). */
const STATIC_JPEG = 26;
/** Parameter sets of a description: several times what encoders write, as text. */
const MAX_SETS = 64;
const MAX_SETS_LENGTH = 32 * 1024;
/** No camera offers as many. */
const MAX_SECTIONS = 16;

/**
 * Finds the video track of a description.
 * @throws AppError `camera-no-video-track` or `camera-unsupported-codec`
 */
export function parseVideoMedia(sdp: string): VideoMedia {
  const sections = sdp
    .split(/\r?\n(?=m=)/)
    .slice(1)
    .filter((section) => section.startsWith('m=video'))
    .slice(0, MAX_SECTIONS);
  if (sections.length === 0) throw new AppError('camera-no-video-track', 'The camera offers no video track');
  const candidates = sections.map(parseSection);
  const media = candidates.find((candidate) => candidate.codec !== undefined);
  if (media?.codec === undefined) {
    const names = peerWords(candidates.map(({ encoding }) => encoding).join(', '));
    throw new AppError('camera-unsupported-codec', `The camera sends ${names}, not H.264, H.265 or MJPEG`);
  }
  return {
    codec: media.codec,
    payloadType: media.payloadType,
    control: media.control,
    announcedFps: media.announcedFps,
    parameterSets: media.parameterSets,
  };
}

function parseSection(section: string) {
  const payloadType = Number(/^m=video \S+ \S+ (\d+)/.exec(section)?.[1] ?? Number.NaN);
  const mapped = new RegExp(`^a=rtpmap:${payloadType} +([^/\\s]+)`, 'im').exec(section)?.[1]?.toUpperCase();
  const encoding = mapped ?? (payloadType === STATIC_JPEG ? 'JPEG' : `payload type ${payloadType}`);
  const codec = Object.hasOwn(CODEC_BY_ENCODING, encoding) ? CODEC_BY_ENCODING[encoding] : undefined;
  const fps = Number(/^a=framerate: *([\d.]+)/im.exec(section)?.[1] ?? Number.NaN);
  const parameters = new RegExp(`^a=fmtp:${payloadType} +(.*)$`, 'im').exec(section)?.[1] ?? '';
  return {
    encoding,
    codec,
    payloadType,
    control: /^a=control: *(\S+)/im.exec(section)?.[1] ?? '*',
    announcedFps: fps > 0 ? fps : undefined,
    parameterSets: parameterSetsOf(codec, parameters),
  };
}

/** `sprop-parameter-sets` (RFC 6184 section 8.1) and `sprop-vps/sps/pps` (RFC 7798 section 7.1) as Annex B. */
function parameterSetsOf(codec: VideoCodec | undefined, parameters: string): Buffer {
  const names = codec === 'hevc' ? ['sprop-vps', 'sprop-sps', 'sprop-pps'] : ['sprop-parameter-sets'];
  const nals = names.flatMap((name) => {
    const value = new RegExp(`(?:^|;)\\s*${name}\\s*=\\s*([^;\\s]+)`, 'i').exec(parameters)?.[1] ?? '';
    const texts = value.slice(0, MAX_SETS_LENGTH).split(',', MAX_SETS);
    return texts.map((text) => Buffer.from(text, 'base64'));
  });
  return joinNals(nals.filter((nal) => nal.length > 0));
}
