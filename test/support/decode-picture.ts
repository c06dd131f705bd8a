/** Decodes single pictures with FFmpeg. */
import { AV_PIX_FMT_RGB24, type AVCodecID, type AVPixelFormat, SWS_POINT } from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet, SoftwareScaleContext } from 'node-av/lib';

/** Red, green and blue of a whole picture, row by row. */
export interface DecodedPicture {
  width: number;
  height: number;
  pixels: Buffer;
}

/** @param format of its pixels; default: what the decoder says @throws Error when it is no picture of that kind */
export function decodePicture(bytes: Buffer, codec: AVCodecID, format?: AVPixelFormat): DecodedPicture {
  const decoder = Codec.findDecoder(codec);
  using context = new CodecContext();
  context.allocContext3(decoder);
  context.threadCount = 1;
  context.open2Sync(decoder, null);
  using packet = new Packet();
  packet.alloc();
  packet.data = bytes;
  using frame = new Frame();
  frame.alloc();
  if (context.sendPacketSync(packet) < 0 || context.receiveFrameSync(frame) < 0)
    throw new Error('not a picture of that kind');
  const { width, height } = frame;
  using scaler = new SoftwareScaleContext();
  const from = format ?? (frame.format as AVPixelFormat);
  scaler.getContext(width, height, from, width, height, AV_PIX_FMT_RGB24, SWS_POINT);
  using rgb = new Frame();
  rgb.alloc();
  rgb.width = width;
  rgb.height = height;
  rgb.format = AV_PIX_FMT_RGB24;
  rgb.getBuffer(1);
  scaler.scaleFrameSync(rgb, frame);
  return { width, height, pixels: Buffer.from(rgb.toBuffer()) };
}
