/** The part of a session description (RFC 8866) that says how to receive the video. */
import { AppError, peerWords } from '#shared/errors.ts';
import { joinNals } from '../annex-b.ts';
import type { VideoCodec, VideoTrack } from '../packet.ts';

/** The video track and how to ask for it. */
export interface VideoMedia extends VideoTrack {
  payloadType: number;
  /** Value of `a=control`, possibly relative. */
  control: string;
  /** Pixels, where the description tells. */
  size?: { width: number; height: number };
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

/** Formats of one track that are looked at. */
const MAX_FORMATS = 8;
/** Keys of SRTP: the profile names it (RFC 3711, RFC 5124). */
const ENCRYPTED_PROFILE = /^(?:UDP\/TLS\/)?RTP\/SAVPF?$/i;

/** One format of a video section. */
interface Candidate extends Omit<VideoMedia, 'codec'> {
  codec: VideoCodec | undefined;
  /** As the camera calls it. */
  encoding: string;
  isEncrypted: boolean;
}

/**
 * Finds the video track of a description.
 * @throws AppError `camera-no-video-track`, `camera-encrypted` or `camera-unsupported-codec`
 */
export function parseVideoMedia(sdp: string): VideoMedia {
  const sections = sdp
    .split(/[\r\n]+[ \t]*(?=m=)/)
    .slice(1)
    .filter((section) => section.startsWith('m=video'))
    .slice(0, MAX_SECTIONS);
  if (sections.length === 0) throw new AppError('camera-no-video-track', 'The camera offers no video track');
  const candidates = sections.flatMap(candidatesOf);
  const known = candidates.filter(({ codec }) => codec !== undefined);
  const media = known.find(({ isEncrypted }) => !isEncrypted);
  if (media?.codec === undefined) throw whyNone(candidates, known);
  const { encoding: _encoding, isEncrypted: _isEncrypted, codec, ...facts } = media;
  return { ...facts, codec };
}

function whyNone(candidates: readonly Candidate[], known: readonly Candidate[]): AppError {
  if (known.length > 0) return new AppError('camera-encrypted', 'The camera encrypts its video (SRTP)');
  const names = peerWords(candidates.map(({ encoding }) => encoding).join(', '));
  return new AppError('camera-unsupported-codec', `The camera sends ${names}, not H.264, H.265 or MJPEG`);
}

function candidatesOf(section: string): Candidate[] {
  const [, profile = '', formats = ''] = /^m=video +\S+ +(\S+)((?: +\d+)*)/.exec(section) ?? [];
  const types = formats.trim().split(/ +/).map(Number).slice(0, MAX_FORMATS);
  const fps = Number(/^a=framerate: *([\d.]+)/im.exec(section)?.[1] ?? Number.NaN);
  const shared = {
    control: /^a=control: *(\S+)/im.exec(section)?.[1] ?? '*',
    announcedFps: fps > 0 ? fps : undefined,
    isEncrypted: ENCRYPTED_PROFILE.test(profile),
    ...sizeOf(section),
  };
  return types.map((payloadType) => ({ ...shared, ...formatOf(section, payloadType) }));
}

function formatOf(section: string, payloadType: number) {
  const parameters = new RegExp(`^a=fmtp: *${payloadType}\\s+(.*)$`, 'im').exec(section)?.[1] ?? '';
  const mapped = new RegExp(`^a=rtpmap: *${payloadType}\\s+([^/\\s]+)`, 'im').exec(section)?.[1];
  const encoding = mapped?.toUpperCase() ?? assumedEncoding(payloadType, parameters);
  const codec = Object.hasOwn(CODEC_BY_ENCODING, encoding) ? CODEC_BY_ENCODING[encoding] : undefined;
  return { payloadType, encoding, codec, parameterSets: parameterSetsOf(codec, parameters) };
}

/** Some cameras leave the name of the codec out. */
function assumedEncoding(payloadType: number, parameters: string): string {
  if (payloadType === STATIC_JPEG) return 'JPEG';
  if (/sprop-(vps|sps|pps)\s*=/i.test(parameters)) return 'H265';
  return /sprop-parameter-sets|packetization-mode/i.test(parameters) ? 'H264' : `payload type ${payloadType}`;
}

/** Size of pictures that RFC 2435 cannot tell: `a=x-dimensions:W,H` or `a=framesize:PT W-H`, pixels. */
function sizeOf(section: string): Pick<VideoMedia, 'size'> {
  const match =
    /^a=x-dimensions: *(\d{1,5}) *, *(\d{1,5})/im.exec(section) ??
    /^a=framesize: *\d+ +(\d{1,5})[-x](\d{1,5})/im.exec(section);
  return match === null ? {} : { size: { width: Number(match[1]), height: Number(match[2]) } };
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
