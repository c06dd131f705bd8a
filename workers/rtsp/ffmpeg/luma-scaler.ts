/** Scales decoded pictures to small grey ones for analysis, without JPEG in between. */
import {
  AV_PIX_FMT_GRAY8,
  AV_PIX_FMT_NV12,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV444P,
  type AVPixelFormat,
  SWS_AREA,
} from 'node-av/constants';
import { Frame, SoftwareScaleContext } from 'node-av/lib';
import type { EncodedPicture } from './jpeg-encoder.ts';
import { type PictureSize, pictureSize } from './picture-size.ts';

/** Formats whose first plane is a grey picture already. */
const WITH_GREY_PLANE: readonly AVPixelFormat[] = [
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV444P,
  AV_PIX_FMT_NV12,
];

/** One scaler. Calls must not overlap. Rebuilds itself when the camera's picture changes. */
export class LumaScaler implements Disposable {
  readonly #width: number | undefined;
  #scaler: SoftwareScaleContext | undefined;
  #input = '';
  #size: PictureSize = { width: 0, height: 0 };

  /** @param width pixels; undefined for the camera's own, at most 1920x1080 */
  constructor({ width }: { width?: number | undefined }) {
    this.#width = width;
  }

  /** Grey levels in the camera's own range, row by row, one byte a pixel; the frame stays the caller's. @throws Error when FFmpeg refuses */
  async encode(frame: Frame): Promise<EncodedPicture> {
    using input = greyPlaneOf(frame);
    const scaler = this.#scalerFor(input);
    const grey = new Frame();
    grey.alloc();
    try {
      grey.width = this.#size.width;
      grey.height = this.#size.height;
      grey.format = AV_PIX_FMT_GRAY8;
      const allocated = grey.getBuffer(1);
      const status = allocated < 0 ? allocated : await scaler.scaleFrame(grey, input);
      if (status < 0) throw new Error(`FFmpeg cannot scale the picture (${status})`);
      // The bytes may be native memory that is freed with the frame.
      return { ...this.#size, bytes: Buffer.from(grey.toBuffer()) };
    } finally {
      grey.free();
    }
  }

  [Symbol.dispose](): void {
    this.#scaler?.freeContext();
  }

  #scalerFor(frame: Frame): SoftwareScaleContext {
    const input = `${frame.width}x${frame.height}:${frame.format}`;
    if (this.#scaler !== undefined && input === this.#input) return this.#scaler;
    this.#scaler?.freeContext();
    const { width, height } = pictureSize(frame, this.#width);
    const scaler = new SoftwareScaleContext();
    const format = frame.format as AVPixelFormat;
    // Averages the pixels that fall together, which removes noise.
    scaler.getContext(frame.width, frame.height, format, width, height, AV_PIX_FMT_GRAY8, SWS_AREA);
    this.#scaler = scaler;
    this.#input = input;
    this.#size = { width, height };
    return scaler;
  }
}

/** The frame, or only its grey plane; a reference to be freed. */
function greyPlaneOf(frame: Frame): Frame {
  const plane = new Frame();
  plane.alloc();
  plane.ref(frame);
  if (WITH_GREY_PLANE.includes(frame.format as AVPixelFormat)) plane.format = AV_PIX_FMT_GRAY8;
  return plane;
}
