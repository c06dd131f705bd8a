/** Pictures that tests draw, as FFmpeg's frames. */
import { AV_PIX_FMT_YUV420P, type AVPixelFormat } from 'node-av/constants';
import { Frame } from 'node-av/lib';

/** node-av points the frame at the bytes without copying them: collected too early, they would show anything. */
const kept = new WeakMap<Frame, Buffer>();

/** A frame of YUV 4:2:0, planar by default, without padding; the caller frees it. */
export function videoFrame(
  pixels: Buffer,
  size: { width: number; height: number },
  format: AVPixelFormat = AV_PIX_FMT_YUV420P,
): Frame {
  const frame = Frame.fromVideoBuffer(pixels, { ...size, format });
  kept.set(frame, pixels);
  return frame;
}
