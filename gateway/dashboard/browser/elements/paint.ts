/** Draws JPEGs on a canvas. */
import type { Frame } from '#shared/client/frame.ts';

/** Clears the canvas: a picture of another camera must never appear under this name. */
export function clearPicture(canvas: HTMLCanvasElement): void {
  canvas.width = 0;
  canvas.height = 0;
}

/** Decodes a frame off the main thread and draws it; an undecodable frame keeps the previous one. */
export async function paintFrame(canvas: HTMLCanvasElement, { jpeg }: Frame): Promise<void> {
  if (jpeg === undefined) return;
  const bitmap = await createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' })).catch(() => undefined);
  if (bitmap === undefined) return;
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
  }
  canvas.getContext('2d', { alpha: false })?.drawImage(bitmap, 0, 0);
  bitmap.close();
}
