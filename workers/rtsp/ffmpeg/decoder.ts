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
import { AppError, messageOf } from '#shared/errors.ts';
import type { Rotation, VideoCodec } from '#shared/media/packet.ts';
import { FrameTurner } from './frame-turner.ts';
import type { HardwareDecoder } from './hardware-decoding.ts';
import { downloadFrame } from './hardware-device.ts';

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

/** Packets after which a device, not the stream, is taken to be at fault. */
const MOST_FAILED_IN_A_ROW = 3;

export interface DecoderOptions {
  codec: VideoCodec;
  /** Annex B, may be empty. */
  parameterSets: Buffer;
  /** Of one picture; larger ones fail. */
  maxPixels?: number;
  /** By which pictures are turned. */
  rotation?: Rotation | undefined;
  /** Decodes instead of the processor. */
  hardware?: HardwareDecoder | undefined;
}

/** One decoder. Calls must not overlap. */
export class VideoDecoder implements Disposable {
  readonly #context: CodecContext;
  readonly #packet = new Packet();
  readonly #isFullRange: boolean;
  readonly #turner: FrameTurner | undefined;
  readonly #hardware: HardwareDecoder | undefined;
  #skipLoopFilter = false;
  #failedInARow = 0;

  private constructor(context: CodecContext, { codec, rotation, hardware }: DecoderOptions) {
    this.#context = context;
    this.#hardware = hardware;
    this.#turner = rotation === undefined ? undefined : new FrameTurner(rotation);
    this.#isFullRange = codec === 'mjpeg';
    this.#packet.alloc();
  }

  /**
   * Opens a decoder.
   * @throws AppError `camera-unsupported-codec`
   */
  static async open(options: DecoderOptions): Promise<VideoDecoder> {
    const { codec, parameterSets, maxPixels = MAX_PIXELS, hardware } = options;
    const device = hardware?.device;
    const found = device?.codec === undefined ? Codec.findDecoder(CODEC_IDS[codec]) : device.codec(codec);
    const context = new CodecContext();
    context.allocContext3(found);
    // Frame threads would hold back one picture per thread.
    context.threadCount = 1;
    // After a recovery point pictures become whole step by step: they are shown meanwhile.
    context.setFlags(AV_CODEC_FLAG_LOW_DELAY, AV_CODEC_FLAG_OUTPUT_CORRUPT);
    context.setOption('max_pixels', String(maxPixels));
    if (device?.context !== undefined) context.hwDeviceCtx = device.context;
    if (parameterSets.length > 0) context.extraData = parameterSets;
    if (found === null || (await context.open2(found, null)) < 0) {
      context.freeContext();
      throw new AppError('camera-unsupported-codec', `No decoder for ${codec}`);
    }
    return new VideoDecoder(context, options);
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
    this.#checkHardware(status);
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
      const sequence = Number(native.pts);
      const picture = await this.#inMemory(native);
      this.#nameColours(picture);
      const upright = this.#turner === undefined ? picture : await this.#turner.turn(picture);
      frames.push({ native: upright, sequence, width: upright.width, height: upright.height });
    }
  }

  /** Pictures of a device are copied. FFmpeg decodes in software by itself what a device cannot decode. */
  async #inMemory(frame: Frame): Promise<Frame> {
    if (this.#hardware?.device.context === undefined) return frame;
    if (!frame.isHwFrame()) {
      this.#hardware.fail('it does not decode the stream of a camera');
      return frame;
    }
    try {
      return await downloadFrame(frame);
    } catch (error) {
      this.#hardware.fail(messageOf(error));
      throw error;
    }
  }

  /** Damaged packets fail in software too, seldom several in a row. */
  #checkHardware(status: number): void {
    this.#failedInARow = status < 0 ? this.#failedInARow + 1 : 0;
    if (this.#hardware === undefined || this.#failedInARow < MOST_FAILED_IN_A_ROW) return;
    this.#hardware.fail('packets of a camera cannot be decoded');
    throw new Error('the hardware decoder fails');
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
