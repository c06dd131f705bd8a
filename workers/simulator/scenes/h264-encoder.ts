/** Encodes drawn pictures as H.264 with FFmpeg as cameras do: no B-frames, keyframes at a fixed distance. */
import {
  AV_LOG_ERROR,
  AV_PIX_FMT_YUV420P,
  AV_PKT_FLAG_KEY,
  AVCOL_PRI_BT709,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_BT709,
  AVCOL_TRC_BT709,
  FF_ENCODER_LIBX264,
} from 'node-av/constants';
import { Codec, CodecContext, Dictionary, Frame, Log, Packet, Rational } from 'node-av/lib';
import type { EncodedUnit } from '../server/stream/loop-source.ts';

export interface EncoderOptions {
  width: number;
  height: number;
  framesPerSecond: number;
  /** Frames from one keyframe to the next. */
  keyframeDistance: number;
}

/** Quality 27 keeps the scenes between 0.5 and 1 Mbit/s; the limit holds when much moves. */
const X264_OPTIONS = {
  preset: 'superfast',
  tune: 'zerolatency',
  profile: 'main',
  crf: '27',
  maxrate: '1500000',
  bufsize: '3000000',
  sc_threshold: '0',
};

/** Keeps FFmpeg's progress reports off stderr, for the whole process. */
export function quietFfmpeg(): void {
  Log.setLevel(AV_LOG_ERROR);
}

/** One encoder. Calls must not overlap. */
export class H264Encoder implements Disposable {
  readonly #context: CodecContext;
  readonly #frame = new Frame();
  readonly #packet = new Packet();
  #count = 0n;

  private constructor(context: CodecContext) {
    this.#context = context;
    this.#packet.alloc();
    this.#frame.alloc();
    this.#frame.format = AV_PIX_FMT_YUV420P;
    this.#frame.width = context.width;
    this.#frame.height = context.height;
    check(this.#frame.getBuffer(), 'allocate a picture');
  }

  /** Opens an encoder. @throws Error when FFmpeg has none */
  static async open(options: EncoderOptions): Promise<H264Encoder> {
    const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264);
    if (codec === null) throw new Error('FFmpeg has no H.264 encoder');
    const context = new CodecContext();
    context.allocContext3(codec);
    context.width = options.width;
    context.height = options.height;
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.timeBase = new Rational(1, options.framesPerSecond);
    context.framerate = new Rational(options.framesPerSecond, 1);
    context.gopSize = options.keyframeDistance;
    context.maxBFrames = 0;
    context.threadCount = 1;
    context.colorRange = AVCOL_RANGE_MPEG;
    context.colorSpace = AVCOL_SPC_BT709;
    context.colorPrimaries = AVCOL_PRI_BT709;
    context.colorTrc = AVCOL_TRC_BT709;
    using settings = Dictionary.fromObject(X264_OPTIONS);
    check(await context.open2(codec, settings), 'open the encoder');
    return new H264Encoder(context);
  }

  /** Encodes the next picture, YUV 4:2:0 without padding. @throws Error when FFmpeg refuses */
  async encode(picture: Buffer): Promise<EncodedUnit> {
    check(this.#frame.makeWritable(), 'reuse the picture');
    check(this.#frame.fromBuffer(picture), 'take the picture');
    this.#frame.pts = this.#count;
    this.#count += 1n;
    check(await this.#context.sendFrame(this.#frame), 'encode the picture');
    check(await this.#context.receivePacket(this.#packet), 'encode the picture');
    // The packet's bytes are native memory that the next picture reuses.
    const data = Buffer.from(this.#packet.data ?? []);
    const keyframe = (this.#packet.flags & AV_PKT_FLAG_KEY) !== 0;
    this.#packet.unref();
    return { data, keyframe };
  }

  [Symbol.dispose](): void {
    this.#context.freeContext();
    this.#frame.free();
    this.#packet.free();
  }
}

function check(status: number, action: string): void {
  if (status < 0) throw new Error(`FFmpeg cannot ${action} (${status})`);
}
