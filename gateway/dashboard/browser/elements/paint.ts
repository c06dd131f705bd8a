/** Draws JPEGs on a canvas. */
import type { Frame } from '#shared/client/frame.ts';

/** Forgets what was drawn: another camera's picture must never stand under this one's name. */
export function clearPicture(canvas: HTMLCanvasElement): void {
  canvas.width = 0;
  canvas.height = 0;
}

/** Decodes a frame off the main thread and draws it; a frame that cannot be decoded leaves the one before. */
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
