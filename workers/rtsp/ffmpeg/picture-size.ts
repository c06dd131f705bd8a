/** How large a served picture is. */
import { DEFAULT_MAX_HEIGHT, DEFAULT_MAX_WIDTH, type PictureArea } from '#shared/frames/subscription.ts';

/** Pixels. */
export interface PictureSize {
  width: number;
  height: number;
}

/** JPEG with 4:2:0 needs even sides. */
const even = (value: number): number => Math.max(2, Math.round(value / 2) * 2);

/**
 * The size for a camera's picture: its aspect ratio is kept and it is never
 * enlarged; without a width it fits 1920x1080.
 */
export function pictureSize(source: PictureSize, width: number | undefined): PictureSize {
  const scale =
    width === undefined
      ? Math.min(1, DEFAULT_MAX_WIDTH / source.width, DEFAULT_MAX_HEIGHT / source.height)
      : Math.min(1, width / source.width);
  return { width: even(source.width * scale), height: even(source.height * scale) };
}

/** A part of a picture, pixels. */
export interface PicturePart extends PictureSize {
  left: number;
  top: number;
}

/** The pixels of an area: even, as 4:2:0 needs them, and within the picture. */
export function partOf(source: PictureSize, [left, top, width, height]: PictureArea): PicturePart {
  const wide = Math.min(even(source.width * width), source.width & ~1);
  const high = Math.min(even(source.height * height), source.height & ~1);
  return {
    width: wide,
    height: high,
    left: Math.min(Math.floor((source.width * left) / 2) * 2, source.width - wide),
    top: Math.min(Math.floor((source.height * top) / 2) * 2, source.height - high),
  };
}
