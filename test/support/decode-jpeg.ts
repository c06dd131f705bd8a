/** Looks at JPEGs pixel by pixel. */
import { AV_CODEC_ID_MJPEG, AV_LOG_ERROR, AV_PIX_FMT_YUVJ420P } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { decodePicture } from './decode-picture.ts';

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
  const { width, height, pixels } = decodePicture(jpeg, AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ420P);
  return {
    width,
    height,
    at: (x, y) =>
      [...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)] as [number, number, number],
  };
}
