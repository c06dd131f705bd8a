/** Refuses cameras with larger pictures than this worker decodes, before any work on them. */
import { AppError } from '#shared/errors.ts';
import { TokenBucket } from '#shared/frames/token-bucket.ts';
import { splitNals } from '#shared/media/annex-b.ts';
import { jpegSize } from '#shared/media/jpeg-size.ts';
import { parseH264Sps } from '#shared/media/mp4/h264-sps.ts';
import { parseH265Sps } from '#shared/media/mp4/h265-sps.ts';
import {
  type Packet,
  type Rotation,
  turnedSize,
  type VideoCodec,
  type VideoTrack,
} from '#shared/media/packet.ts';

/** Parameter sets and the header of a JPEG stand within this of the beginning of a picture, bytes. */
const HEAD_BYTES = 8192;
const H264_SPS = 7;
const H265_SPS = 33;
const MEGA = 1_000_000;
/** Sets that are remembered: cameras repeat theirs with every keyframe, and some have several. */
const MAX_KNOWN = 32;
/** New sets: each makes all outputs begin anew. No camera is set up differently as often. */
const CHANGES = { perSecond: 2, burst: 32 };

/** Looks at one session with a camera at a time. */
export class PictureLimit {
  readonly #maxPixels: number;
  #codec: VideoCodec = 'h264';
  #rotation: Rotation | undefined;
  /** Sets that are within the limit. */
  readonly #known = new Set<string>();
  readonly #changes = new TokenBucket(CHANGES);

  /** As the newest parameter set or JPEG says, pixels. */
  size: { width: number; height: number } | undefined;

  /** @param maxPixels of one picture; none by default */
  constructor(maxPixels: number = Number.POSITIVE_INFINITY) {
    this.#maxPixels = maxPixels;
  }

  /** A session begins. @throws AppError `camera-picture-too-large` */
  begin({ codec, parameterSets, rotation }: Pick<VideoTrack, 'codec' | 'parameterSets' | 'rotation'>): void {
    this.#codec = codec;
    this.#rotation = rotation;
    this.#known.clear();
    this.#checkSets(parameterSets);
  }

  /** A picture came. @throws AppError `camera-picture-too-large`, `camera-sends-too-much` */
  check({ data, keyframe }: Pick<Packet, 'data' | 'keyframe'>): void {
    if (!keyframe) return;
    const head = data.subarray(0, HEAD_BYTES);
    if (this.#codec === 'mjpeg') this.#expectWithin(jpegSize(head));
    else this.#checkSets(head);
  }

  #checkSets(data: Buffer): void {
    for (const nal of splitNals(data)) {
      if (!this.#isSps(nal)) continue;
      const key = nal.toString('latin1');
      if (this.#known.has(key)) continue;
      if (!this.#changes.take()) throw changesTooOften();
      this.#expectWithin(this.#sizeOf(nal));
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      this.#known.add(key);
    }
  }

  #isSps(nal: Buffer): boolean {
    const first = nal[0] as number;
    return this.#codec === 'hevc' ? ((first >> 1) & 0x3f) === H265_SPS : (first & 0x1f) === H264_SPS;
  }

  /** @returns undefined for a set that cannot be read: decoders have the same limit */
  #sizeOf(nal: Buffer): { width: number; height: number } | undefined {
    try {
      return this.#codec === 'hevc' ? parseH265Sps(nal) : parseH264Sps(nal);
    } catch {
      return undefined;
    }
  }

  #expectWithin(size: { width: number; height: number } | undefined): void {
    if (size !== undefined) this.size = turnedSize(size, this.#rotation);
    if (size === undefined || size.width * size.height <= this.#maxPixels) return;
    const limit = `more than ${this.#maxPixels / MEGA} megapixels`;
    throw new AppError('camera-picture-too-large', `Pictures of ${size.width}x${size.height} are ${limit}`);
  }
}

function changesTooOften(): AppError {
  return new AppError('camera-sends-too-much', 'The camera changes its parameter sets too often');
}
