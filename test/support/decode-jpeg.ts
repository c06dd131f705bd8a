/** Looks at JPEGs pixel by pixel. */
import {
  AV_CODEC_ID_MJPEG,
  AV_LOG_ERROR,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUVJ420P,
  SWS_POINT,
} from 'node-av/constants';
import { Codec, CodecContext, Frame, Log, Packet, SoftwareScaleContext } from 'node-av/lib';

/** A picture as red, green and blue, 0 to 255. */
export interface RgbPicture {
  width: number;
  height: number;
  /** The three levels at a place, pixels from the upper left. */
  at(x: number, y: number): [number, number, number];
}

/** Whether bytes are one JPEG from start to end (ITU-T T.81 annex B). */
export function isWholeJpeg(bytes: Buffer): boolean {
  return (
    bytes.length > 100 && bytes.readUInt16BE(0) === 0xffd8 && bytes.readUInt16BE(bytes.length - 2) === 0xffd9
  );
}

/** Decodes a JPEG as every viewer does: BT.601, full range. @throws Error when it is none */
export function decodeJpeg(jpeg: Buffer): RgbPicture {
  // swscale warns of the pixel format that every JPEG has.
  Log.setLevel(AV_LOG_ERROR);
  const decoder = Codec.findDecoder(AV_CODEC_ID_MJPEG);
  using context = new CodecContext();
  context.allocContext3(decoder);
  context.open2Sync(decoder, null);
  using packet = new Packet();
  packet.alloc();
  packet.data = jpeg;
  using frame = new Frame();
  frame.alloc();
  if (context.sendPacketSync(packet) < 0 || context.receiveFrameSync(frame) < 0)
    throw new Error('not a JPEG');
  const { width, height } = frame;
  using scaler = new SoftwareScaleContext();
  scaler.getContext(width, height, AV_PIX_FMT_YUVJ420P, width, height, AV_PIX_FMT_RGB24, SWS_POINT);
  using rgb = new Frame();
  rgb.alloc();
  rgb.width = width;
  rgb.height = height;
  rgb.format = AV_PIX_FMT_RGB24;
  rgb.getBuffer(1);
  scaler.scaleFrameSync(rgb, frame);
  const bytes = Buffer.from(rgb.toBuffer());
  return {
    width,
    height,
    at: (x, y) =>
      [...bytes.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)] as [number, number, number],
  };
}
