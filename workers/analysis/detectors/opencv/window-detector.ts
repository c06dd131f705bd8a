/** Scales pictures for an OpenCV detector, and its findings back. */
import type { RgbPicture } from '../detector.ts';
import type { FoundWindow } from './found-window.ts';
import type { Mat, OpenCv } from './opencv.ts';

/** A detector with its picture sizes. */
export interface WindowDetector {
  /** Longer side of searched pictures, pixels. */
  side: number;
  /** Smallest searched picture, pixels. */
  least: { width: number; height: number };
  /** Finds windows in an RGB picture. */
  search: (picture: Mat) => FoundWindow[];
}

/** Enlarging further reveals nothing new. */
const MAX_ENLARGEMENT = 2;

/** Finds windows, in pixels of the given picture. */
export function detectWindows(
  cv: OpenCv,
  picture: RgbPicture,
  { side, least, search }: WindowDetector,
): FoundWindow[] {
  const scale = Math.min(MAX_ENLARGEMENT, side / Math.max(picture.width, picture.height));
  const size = { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) };
  if (size.width < least.width || size.height < least.height) return [];
  const scaled = toMat(cv, picture, size);
  try {
    return search(scaled).map(({ left, top, width, height, weight }) => ({
      left: left / scale,
      top: top / scale,
      width: width / scale,
      height: height / scale,
      weight,
    }));
  } finally {
    scaled.delete();
  }
}

function toMat(
  cv: OpenCv,
  { width, height, pixels }: RgbPicture,
  size: { width: number; height: number },
): Mat {
  const mat = new cv.Mat(height, width, cv.CV_8UC3);
  mat.data.set(pixels);
  if (size.width === width && size.height === height) return mat;
  const scaled = new cv.Mat(size.height, size.width, cv.CV_8UC3);
  const method = size.width < width ? cv.INTER_AREA : cv.INTER_LINEAR;
  cv.resize(mat, scaled, new cv.Size(size.width, size.height), 0, 0, method);
  mat.delete();
  return scaled;
}
