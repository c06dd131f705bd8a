/** A frame that came as a JPEG: clients get it as it is, and it is decoded only where another size is wanted. */
import {
  DEFAULT_MAX_HEIGHT,
  DEFAULT_MAX_WIDTH,
  DEFAULT_QUALITY,
  type PictureFormat,
} from '#shared/frames/subscription.ts';
import type { WholeJpeg } from '#shared/media/whole-jpeg.ts';

/** Holds the picture, and what it was decoded to if it was. */
export class JpegFrame<T extends { free(): void }> {
  readonly #jpeg: WholeJpeg;
  readonly #decode: (data: Buffer) => Promise<T>;
  #decoded: Promise<T> | undefined;

  constructor(jpeg: WholeJpeg, decode: (data: Buffer) => Promise<T>) {
    this.#jpeg = jpeg;
    this.#decode = decode;
  }

  /** The camera's own bytes. @returns undefined where the format needs another picture: smaller, grey, or of fewer bytes */
  as({ width, quality, isLuma }: PictureFormat): (WholeJpeg & { bytes: Buffer }) | undefined {
    const own = this.#jpeg;
    const isSmallEnough =
      width === undefined
        ? own.width <= DEFAULT_MAX_WIDTH && own.height <= DEFAULT_MAX_HEIGHT
        : own.width <= width;
    // Encoding it again for a better quality would only add bytes.
    if (isLuma === true || !isSmallEnough || quality < DEFAULT_QUALITY) return undefined;
    return { ...own, bytes: own.data };
  }

  /** The decoded frame, freed with this one. @throws Error when it is damaged */
  decoded(): Promise<T> {
    this.#decoded ??= this.#decode(this.#jpeg.data);
    return this.#decoded;
  }

  free(): void {
    this.#decoded?.then(
      (frame) => frame.free(),
      () => {},
    );
  }
}
