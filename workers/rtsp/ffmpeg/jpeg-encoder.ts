/** Encodes decoded pictures as JPEG with FFmpeg, at one size and quality. */
import {
  AV_CODEC_FLAG_BITEXACT,
  AV_CODEC_FLAG_QSCALE,
  AV_CODEC_ID_MJPEG,
  AV_PIX_FMT_YUV420P,
  AVCOL_RANGE_JPEG,
} from 'node-av/constants';
import { Codec, CodecContext, type Frame, Packet, Rational } from 'node-av/lib';
import type { PictureArea, PictureFormat } from '#shared/frames/subscription.ts';
import { PictureConverter } from './picture-converter.ts';
import { type PictureSize, partOf, pictureSize } from './picture-size.ts';

/** FFmpeg's lambda per quantizer step (libavutil/avutil.h, FF_QP2LAMBDA). */
const LAMBDA_PER_QSCALE = 118;
const MIN_QSCALE = 1;
const MAX_QSCALE = 31;

/** A finished JPEG. */
export interface EncodedPicture extends PictureSize {
  bytes: Buffer;
}

/**
 * FFmpeg quantizer scale for a JPEG quality of 1 to 100: follows libjpeg's
 * scaling (jcparam.c, jpeg_quality_scaling), with quality 80 at scale 5.
 */
export function qscaleForQuality(quality: number): number {
  const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return Math.min(MAX_QSCALE, Math.max(MIN_QSCALE, Math.round(percent / 8)));
}

/** One encoder. Calls must not overlap. Rebuilds itself when the camera's picture changes. */
export class JpegEncoder implements Disposable {
  readonly #width: number | undefined;
  readonly #area: PictureArea | undefined;
  readonly #lambda: number;
  readonly #packet = new Packet();
  #converter: PictureConverter | undefined;
  #context: CodecContext | undefined;
  #size: PictureSize = { width: 0, height: 0 };
  #count = 0n;

  /** `width`: pixels; undefined for the camera's own, at most 1920x1080. `area`: only this part. */
  constructor({ width, quality, area }: Pick<PictureFormat, 'width' | 'quality' | 'area'>) {
    this.#width = width;
    this.#area = area;
    this.#lambda = qscaleForQuality(quality) * LAMBDA_PER_QSCALE;
    this.#packet.alloc();
  }

  /** Encodes one picture; the frame stays the caller's. @throws Error when FFmpeg refuses */
  async encode(frame: Frame): Promise<EncodedPicture> {
    if (this.#converter?.fits(frame) !== true) await this.#configure(frame);
    const converted = await (this.#converter as PictureConverter).convert(frame);
    try {
      return await this.#compress(this.#context as CodecContext, converted);
    } finally {
      converted.free();
    }
  }

  [Symbol.dispose](): void {
    this.#converter?.[Symbol.dispose]();
    this.#context?.freeContext();
    this.#packet.free();
  }

  async #configure(frame: Frame): Promise<void> {
    this.#converter?.[Symbol.dispose]();
    this.#converter = undefined;
    const part = this.#area && partOf(frame, this.#area);
    const size = pictureSize(part ?? frame, this.#width);
    this.#converter = new PictureConverter(frame, size, part);
    if (size.width === this.#size.width && size.height === this.#size.height) return;
    this.#context?.freeContext();
    this.#context = await this.#openEncoder(size);
    this.#size = size;
  }

  async #openEncoder({ width, height }: PictureSize): Promise<CodecContext> {
    const codec = Codec.findEncoder(AV_CODEC_ID_MJPEG);
    const context = new CodecContext();
    context.allocContext3(codec);
    context.width = width;
    context.height = height;
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.colorRange = AVCOL_RANGE_JPEG;
    context.timeBase = new Rational(1, 1000);
    context.threadCount = 1;
    context.qMin = MIN_QSCALE;
    context.globalQuality = this.#lambda;
    context.setFlags(AV_CODEC_FLAG_QSCALE, AV_CODEC_FLAG_BITEXACT);
    if (codec === null || (await context.open2(codec, null)) < 0)
      throw new Error('FFmpeg has no JPEG encoder');
    return context;
  }

  async #compress(context: CodecContext, frame: Frame): Promise<EncodedPicture> {
    this.#count += 1n;
    frame.pts = this.#count;
    frame.quality = this.#lambda;
    const sent = await context.sendFrame(frame);
    const status = sent < 0 ? sent : await context.receivePacket(this.#packet);
    // A copy already (node-av, `Packet.data`): the native bytes may be reused by the next picture.
    const bytes = status < 0 ? null : this.#packet.data;
    if (bytes === null) throw new Error(`FFmpeg cannot encode the picture (${status})`);
    this.#packet.unref();
    return { ...this.#size, bytes };
  }
}
