/** Reads PNGs. */
import { AV_CODEC_ID_PNG, AV_PIX_FMT_RGB24, type AVPixelFormat, SWS_POINT } from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet, SoftwareScaleContext } from 'node-av/lib';
import type { RgbPicture } from '../../workers/analysis/detectors/detector.ts';

/** Red, green and blue of a PNG. @throws Error when it is none */
export function decodePng(png: Buffer): RgbPicture {
  const decoder = Codec.findDecoder(AV_CODEC_ID_PNG);
  using context = new CodecContext();
  context.allocContext3(decoder);
  context.threadCount = 1;
  context.open2Sync(decoder, null);
  using packet = new Packet();
  packet.alloc();
  packet.data = png;
  using frame = new Frame();
  frame.alloc();
  if (context.sendPacketSync(packet) < 0 || context.receiveFrameSync(frame) < 0) throw new Error('not a PNG');
  const { width, height } = frame;
  using scaler = new SoftwareScaleContext();
  const format = frame.format as AVPixelFormat;
  scaler.getContext(width, height, format, width, height, AV_PIX_FMT_RGB24, SWS_POINT);
  using rgb = new Frame();
  rgb.alloc();
  rgb.width = width;
  rgb.height = height;
  rgb.format = AV_PIX_FMT_RGB24;
  rgb.getBuffer(1);
  scaler.scaleFrameSync(rgb, frame);
  return { width, height, pixels: Buffer.from(rgb.toBuffer()) };
}
