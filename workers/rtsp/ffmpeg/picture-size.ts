/** How large a served picture is. */
import { DEFAULT_MAX_HEIGHT, DEFAULT_MAX_WIDTH } from '#shared/frames/subscription.ts';

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
