/**
 * The thread in which OpenCV looks for persons, compiled to WebAssembly: a look takes some tenths of a second, and
 * motion must go on meanwhile. The weights of its detector are part of OpenCV's code.
 */
import { parentPort } from 'node:worker_threads';
import { loadOpenCV } from '@opencvjs/node';
import type { RgbPicture } from './detector.ts';
import { HOG_SIDE, type HogWindow } from './hog-windows.ts';

/** An object in the memory of the WebAssembly module, which no garbage collector frees. */
interface Native {
  delete(): void;
}
interface Mat extends Native {
  data: Uint8Array;
}
interface List<Item> extends Native {
  size(): number;
  get(index: number): Item;
}
interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}
interface Size {
  width: number;
  height: number;
}
interface Hog extends Native {
  setSVMDetector(weights: Mat): void;
  detectMultiScale(
    picture: Mat,
    found: List<Rectangle>,
    weights: List<number>,
    hitThreshold: number,
    stride: Size,
    padding: Size,
    scale: number,
    groupThreshold: number,
    isMeanShift: boolean,
  ): void;
}
/** The part of OpenCV that is used; the package's own types lack some of it. */
interface OpenCv {
  Mat: new (rows: number, columns: number, type: number) => Mat;
  Size: new (width: number, height: number) => Size;
  RectVector: new () => List<Rectangle>;
  DoubleVector: new () => List<number>;
  HOGDescriptor: { new (): Hog; getDefaultPeopleDetector(): List<number> };
  matFromArray(rows: number, columns: number, type: number, values: number[]): Mat;
  resize(from: Mat, to: Mat, size: Size, x: number, y: number, method: number): void;
  CV_8UC3: number;
  CV_32F: number;
  INTER_AREA: number;
  INTER_LINEAR: number;
}

/** A picture blown up further shows nothing that it did not show before. */
const MAX_ENLARGEMENT = 2;
const WINDOW = { width: 64, height: 128 };
/** Chosen on photographs: windows below the weight, and steps finer than these, find no more persons. */
const SEARCH = { weight: 0.3, stride: 8, padding: 8, scale: 1.1, group: 2 };

const cv = (await loadOpenCV()) as unknown as OpenCv;
const hog = createHog();

parentPort?.on('message', (picture: RgbPicture) => {
  parentPort?.postMessage(search(picture));
});

function createHog(): Hog {
  const list = cv.HOGDescriptor.getDefaultPeopleDetector();
  const weights = Array.from({ length: list.size() }, (_, index) => list.get(index));
  const detector = new cv.HOGDescriptor();
  detector.setSVMDetector(cv.matFromArray(weights.length, 1, cv.CV_32F, weights));
  list.delete();
  return detector;
}

/** Windows in pixels of the picture that was given. */
function search(picture: RgbPicture): HogWindow[] {
  const scale = Math.min(MAX_ENLARGEMENT, HOG_SIDE / Math.max(picture.width, picture.height));
  const size = { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) };
  if (size.width < WINDOW.width || size.height < WINDOW.height) return [];
  const scaled = toMat(picture, size);
  try {
    return detect(scaled).map(({ left, top, width, height, weight }) => ({
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

function toMat({ width, height, pixels }: RgbPicture, size: Size): Mat {
  const mat = new cv.Mat(height, width, cv.CV_8UC3);
  mat.data.set(pixels);
  if (size.width === width && size.height === height) return mat;
  const scaled = new cv.Mat(size.height, size.width, cv.CV_8UC3);
  const method = size.width < width ? cv.INTER_AREA : cv.INTER_LINEAR;
  cv.resize(mat, scaled, new cv.Size(size.width, size.height), 0, 0, method);
  mat.delete();
  return scaled;
}

function detect(mat: Mat): HogWindow[] {
  const [found, weights] = [new cv.RectVector(), new cv.DoubleVector()];
  const [stride, padding] = [SEARCH.stride, SEARCH.padding].map((side) => new cv.Size(side, side)) as [
    Size,
    Size,
  ];
  try {
    hog.detectMultiScale(
      mat,
      found,
      weights,
      SEARCH.weight,
      stride,
      padding,
      SEARCH.scale,
      SEARCH.group,
      false,
    );
    return Array.from({ length: found.size() }, (_, index) => {
      const { x, y, width, height } = found.get(index);
      return { left: x, top: y, width, height, weight: weights.get(index) };
    });
  } finally {
    found.delete();
    weights.delete();
  }
}
