/** Draws JPEGs on a canvas. */
import type { Frame } from '#shared/client/frame.ts';

/** Clears the canvas: a picture of another camera must never appear under this name. */
export function clearPicture(canvas: HTMLCanvasElement): void {
  canvas.width = 0;
  canvas.height = 0;
}

/** Keeps the last picture of a video that is about to end: an older one below it would be shown otherwise. */
export function keepPicture(canvas: HTMLCanvasElement, video: HTMLVideoElement): void {
  const { videoWidth, videoHeight } = video;
  if (video.readyState < video.HAVE_CURRENT_DATA || videoWidth === 0) return;
  canvas.width = videoWidth;
  canvas.height = videoHeight;
  canvas.getContext('2d', { alpha: false })?.drawImage(video, 0, 0);
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
