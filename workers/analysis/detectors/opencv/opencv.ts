/** The used part of OpenCV (WebAssembly), and the only door to it. */
import { loadOpenCV } from '@opencvjs/node';
import type { FoundWindow } from './found-window.ts';

/** An object in WebAssembly memory, which no garbage collector frees. */
interface Native {
  delete(): void;
}
/** A picture or a matrix. */
export interface Mat extends Native {
  data: Uint8Array;
}
/** A vector of C++. */
export interface List<Item> extends Native {
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
/** `cv::HOGDescriptor`. */
export interface Hog extends Native {
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
/** `cv::CascadeClassifier`. */
export interface Cascade extends Native {
  load(path: string): boolean;
  /** @param counts number of windows behind each of `found` */
  detectMultiScale2(
    picture: Mat,
    found: List<Rectangle>,
    counts: List<number>,
    scale: number,
    minNeighbours: number,
    flags: number,
    minSize: Size,
    maxSize: Size,
  ): void;
}
/** The package's own types lack some of it. */
export interface OpenCv {
  Mat: { new (): Mat; new (rows: number, columns: number, type: number): Mat };
  Size: new (width: number, height: number) => Size;
  RectVector: new () => List<Rectangle>;
  DoubleVector: new () => List<number>;
  IntVector: new () => List<number>;
  HOGDescriptor: { new (): Hog; getDefaultPeopleDetector(): List<number> };
  CascadeClassifier: new () => Cascade;
  /** Copies a file into the module's file system, which is memory. */
  FS_createDataFile(
    folder: string,
    name: string,
    data: Uint8Array,
    isReadable: boolean,
    isWritable: boolean,
    isOwned: boolean,
  ): void;
  matFromArray(rows: number, columns: number, type: number, values: number[]): Mat;
  resize(from: Mat, to: Mat, size: Size, x: number, y: number, method: number): void;
  cvtColor(from: Mat, to: Mat, code: number): void;
  CV_8UC3: number;
  CV_32F: number;
  COLOR_RGB2GRAY: number;
  INTER_AREA: number;
  INTER_LINEAR: number;
}

/** Compiles the module, which takes a second or two. */
export async function openOpenCv(): Promise<OpenCv> {
  return (await loadOpenCV()) as unknown as OpenCv;
}

/** Copies the results of a search out of OpenCV's memory and frees them. */
export function takeWindows(found: List<Rectangle>, weights: List<number>): FoundWindow[] {
  try {
    return Array.from({ length: found.size() }, (_, index) => {
      const { x, y, width, height } = found.get(index);
      return { left: x, top: y, width, height, weight: weights.get(index) };
    });
  } finally {
    found.delete();
    weights.delete();
  }
}
