/** Face detection with OpenCV's cascade of local binary patterns. */
import { readFileSync } from 'node:fs';
import { FACE_SIDE, mergeWindows } from './face-windows.ts';
import type { FoundWindow } from './found-window.ts';
import { type Cascade, type Mat, type OpenCv, takeWindows } from './opencv.ts';
import type { WindowDetector } from './window-detector.ts';

/** As in OpenCV 4.6, with its licence. */
const MODEL = 'lbpcascade_frontalface_improved.xml';
const WINDOW = { width: 45, height: 45 };
/** Chosen on photographs: finer steps and fewer agreeing windows find more false faces. */
const SEARCH = { scale: 1.15, neighbours: 1 };

/** Windows from brow to mouth, weighted by the number of windows of the search that agree. */
export function createFaceDetector(cv: OpenCv): WindowDetector {
  const cascade = createCascade(cv);
  return { side: FACE_SIDE, least: WINDOW, search: (picture) => search(cv, cascade, picture) };
}

function createCascade(cv: OpenCv): Cascade {
  const model = readFileSync(new URL(`../models/${MODEL}`, import.meta.url));
  cv.FS_createDataFile('/', MODEL, model, true, false, false);
  const cascade = new cv.CascadeClassifier();
  if (!cascade.load(`/${MODEL}`)) throw new Error(`OpenCV cannot read ${MODEL}`);
  return cascade;
}

function search(cv: OpenCv, cascade: Cascade, picture: Mat): FoundWindow[] {
  const { scale, neighbours } = SEARCH;
  const [found, counts] = [new cv.RectVector(), new cv.IntVector()];
  const [grey, anySize] = [new cv.Mat(), new cv.Size(0, 0)];
  cv.cvtColor(picture, grey, cv.COLOR_RGB2GRAY);
  cascade.detectMultiScale2(grey, found, counts, scale, neighbours, 0, anySize, anySize);
  grey.delete();
  return mergeWindows(takeWindows(found, counts));
}
