/** Brings pictures to the size that a detector of OpenCV looks at, and what it finds back to theirs. */
import type { RgbPicture } from '../detector.ts';
import type { FoundWindow } from './found-window.ts';
import type { Mat, OpenCv } from './opencv.ts';

/** How pictures are looked at. */
export interface WindowDetector {
  /** Longer side of what is looked at, pixels. */
  side: number;
  /** The smallest picture in which anything can be, pixels. */
  least: { width: number; height: number };
  /** Finds windows in a picture of red, green and blue. */
  search: (picture: Mat) => FoundWindow[];
}

/** A picture blown up further shows nothing that it did not show before. */
const MAX_ENLARGEMENT = 2;

/** Windows in pixels of the picture that was given. */
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
