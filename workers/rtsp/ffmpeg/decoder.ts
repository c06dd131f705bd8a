/** Decodes one camera's packets with FFmpeg, with no delay beyond that of the stream's reordering. */
import {
  AV_CODEC_FLAG_LOW_DELAY,
  AV_CODEC_FLAG_OUTPUT_CORRUPT,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_CODEC_ID_MJPEG,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV444P,
  AV_PIX_FMT_YUVJ420P,
  AV_PIX_FMT_YUVJ422P,
  AV_PIX_FMT_YUVJ444P,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_RANGE_UNSPECIFIED,
  AVCOL_SPC_SMPTE170M,
  AVCOL_SPC_UNSPECIFIED,
  type AVCodecID,
  type AVPixelFormat,
} from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet } from 'node-av/lib';
import { AppError } from '#shared/errors.ts';
import type { Rotation, VideoCodec } from '#shared/media/packet.ts';
import { FrameTurner } from './frame-turner.ts';

const CODEC_IDS: Record<VideoCodec, AVCodecID> = {
  h264: AV_CODEC_ID_H264,
  hevc: AV_CODEC_ID_HEVC,
  mjpeg: AV_CODEC_ID_MJPEG,
};

/** FFmpeg's `yuvj` formats are the plain ones with a full range; one name for both keeps the rest simple. */
const PLAIN_FORMATS = new Map<AVPixelFormat, AVPixelFormat>([
  [AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P],
  [AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P],
  [AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P],
]);

/** A decoded picture in native memory; its holder must free it. Colour range and matrix are always set. */
export interface DecodedFrame {
  native: Frame;
  /** Sequence number of the packet it came from. */
  sequence: number;
  width: number;
  height: number;
}

/** Twice what the largest cameras send. */
const MAX_PIXELS = 64_000_000;

/** One decoder. Calls must not overlap. */
export class VideoDecoder implements Disposable {
  readonly #context: CodecContext;
  readonly #packet = new Packet();
  readonly #isFullRange: boolean;
  readonly #turner: FrameTurner | undefined;
  #skipLoopFilter = false;

  private constructor(context: CodecContext, codec: VideoCodec, rotation: Rotation | undefined) {
    this.#context = context;
    this.#turner = rotation === undefined ? undefined : new FrameTurner(rotation);
    this.#isFullRange = codec === 'mjpeg';
    this.#packet.alloc();
  }

  /**
   * Opens a decoder.
   * @param parameterSets Annex B, may be empty @param maxPixels of one picture; larger ones fail
   * @param rotation by which pictures are turned
   * @throws AppError `camera-unsupported-codec`
   */
  static async open(
    codec: VideoCodec,
    parameterSets: Buffer,
    maxPixels: number = MAX_PIXELS,
    rotation?: Rotation,
  ): Promise<VideoDecoder> {
    const found = Codec.findDecoder(CODEC_IDS[codec]);
    const context = new CodecContext();
    context.allocContext3(found);
    // Frame threads would hold back one picture per thread.
    context.threadCount = 1;
    // After a recovery point pictures become whole step by step: they are shown meanwhile.
    context.setFlags(AV_CODEC_FLAG_LOW_DELAY, AV_CODEC_FLAG_OUTPUT_CORRUPT);
    context.setOption('max_pixels', String(maxPixels));
    if (parameterSets.length > 0) context.extraData = parameterSets;
    if (found === null || (await context.open2(found, null)) < 0) {
      context.freeContext();
      throw new AppError('camera-unsupported-codec', `No decoder for ${codec}`);
    }
    return new VideoDecoder(context, codec, rotation);
  }

  /**
   * Whether to skip the loop filter of H.264 and H.265, which saves a quarter of the work. Such pictures
   * are a little off, and so are those that refer to them, until a keyframe decoded with the filter.
   */
  set skipLoopFilter(skip: boolean) {
    if (skip !== this.#skipLoopFilter) this.#context.setOption('skip_loop_filter', skip ? 'all' : 'default');
    this.#skipLoopFilter = skip;
  }

  /** Decodes one access unit. @returns no frame, or one, or more after a reordering; `failed` for damaged data */
  async decode(data: Buffer, sequence: number): Promise<{ frames: DecodedFrame[]; failed: boolean }> {
    this.#packet.data = data;
    this.#packet.pts = BigInt(sequence);
    const status = await this.#context.sendPacket(this.#packet);
    this.#packet.unref();
    return { frames: await this.#receive(), failed: status < 0 };
  }

  /** Returns frames held back for reordering; the next packet must be a keyframe. */
  async drain(): Promise<DecodedFrame[]> {
    await this.#context.sendPacket(null);
    const frames = await this.#receive();
    this.reset();
    return frames;
  }

  /** Forgets everything; the next packet must be a keyframe. */
  reset(): void {
    this.#context.flushBuffers();
  }

  [Symbol.dispose](): void {
    this.#turner?.[Symbol.dispose]();
    this.#packet.free();
    this.#context.freeContext();
  }

  async #receive(): Promise<DecodedFrame[]> {
    const frames: DecodedFrame[] = [];
    for (;;) {
      const native = new Frame();
      native.alloc();
      if ((await this.#context.receiveFrame(native)) < 0) {
        native.free();
        return frames;
      }
      this.#nameColours(native);
      const sequence = Number(native.pts);
      const upright = this.#turner === undefined ? native : await this.#turner.turn(native);
      frames.push({ native: upright, sequence, width: upright.width, height: upright.height });
    }
  }

  /** Sets what the stream does not signal to FFmpeg's defaults: limited range (JPEG: full), BT.601. */
  #nameColours(frame: Frame): void {
    const plain = PLAIN_FORMATS.get(frame.format as AVPixelFormat);
    if (plain !== undefined || this.#isFullRange) frame.colorRange = AVCOL_RANGE_JPEG;
    if (plain !== undefined) frame.format = plain;
    if (frame.colorRange === AVCOL_RANGE_UNSPECIFIED) frame.colorRange = AVCOL_RANGE_MPEG;
    if (frame.colorSpace === AVCOL_SPC_UNSPECIFIED) frame.colorSpace = AVCOL_SPC_SMPTE170M;
  }
}
