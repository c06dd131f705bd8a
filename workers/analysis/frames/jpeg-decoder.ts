/** Decodes JPEGs for detectors; this worker's only door to FFmpeg. */
import {
  AV_CODEC_ID_MJPEG,
  AV_LOG_ERROR,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV444P,
  AV_PIX_FMT_YUVJ420P,
  AV_PIX_FMT_YUVJ422P,
  AV_PIX_FMT_YUVJ444P,
  type AVPixelFormat,
  SWS_AREA,
  SWS_BILINEAR,
} from 'node-av/constants';
import { Codec, CodecContext, Frame, Log, Packet, SoftwareScaleContext } from 'node-av/lib';
import type { RgbPicture } from '../detectors/detector.ts';

/** JPEG is full range; swscale knows that only by the `yuvj` names. */
const FULL_RANGE = new Map<AVPixelFormat, AVPixelFormat>([
  [AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P],
  [AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUVJ422P],
  [AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUVJ444P],
]);

/** swscale warns about the pixel format that every JPEG has. */
export function quietFfmpeg(): void {
  Log.setLevel(AV_LOG_ERROR);
}

/** Decodes and scales down, never up. @param maxSide longer side, pixels @throws Error if it is no JPEG */
export async function decodeJpeg(jpeg: Buffer, maxSide: number): Promise<RgbPicture> {
  const codec = Codec.findDecoder(AV_CODEC_ID_MJPEG);
  using context = new CodecContext();
  context.allocContext3(codec);
  context.threadCount = 1;
  using packet = new Packet();
  packet.alloc();
  packet.data = jpeg;
  using frame = new Frame();
  frame.alloc();
  if (codec === null || (await context.open2(codec, null)) < 0) throw new Error('FFmpeg has no JPEG decoder');
  if ((await context.sendPacket(packet)) < 0 || (await context.receiveFrame(frame)) < 0)
    throw new Error('The picture is not a JPEG');
  const scale = Math.min(1, maxSide / Math.max(frame.width, frame.height));
  const width = Math.max(1, Math.round(frame.width * scale));
  const height = Math.max(1, Math.round(frame.height * scale));
  // The frame is freed when this function returns.
  return await toRgb(frame, width, height);
}

async function toRgb(frame: Frame, width: number, height: number): Promise<RgbPicture> {
  const format = FULL_RANGE.get(frame.format as AVPixelFormat) ?? (frame.format as AVPixelFormat);
  frame.format = format;
  using scaler = new SoftwareScaleContext();
  const method = width < frame.width ? SWS_AREA : SWS_BILINEAR;
  scaler.getContext(frame.width, frame.height, format, width, height, AV_PIX_FMT_RGB24, method);
  using rgb = new Frame();
  rgb.alloc();
  rgb.width = width;
  rgb.height = height;
  rgb.format = AV_PIX_FMT_RGB24;
  const allocated = rgb.getBuffer(1);
  const status = allocated < 0 ? allocated : await scaler.scaleFrame(rgb, frame);
  if (status < 0) throw new Error(`FFmpeg cannot convert the picture (${status})`);
  return { width, height, pixels: Buffer.from(rgb.toBuffer()) };
}
