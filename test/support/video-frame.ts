/** Pictures that tests draw, as FFmpeg's frames. */
import { AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { Frame } from 'node-av/lib';

/** node-av points the frame at the bytes without copying them: collected too early, they would show anything. */
const kept = new WeakMap<Frame, Buffer>();

/** A frame of planar YUV 4:2:0 without padding; the caller frees it. */
export function videoFrame(pixels: Buffer, size: { width: number; height: number }): Frame {
  const frame = Frame.fromVideoBuffer(pixels, { ...size, format: AV_PIX_FMT_YUV420P });
  kept.set(frame, pixels);
  return frame;
}
