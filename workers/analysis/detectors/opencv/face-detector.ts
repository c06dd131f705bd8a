/** Looks for faces with a cascade of local binary patterns that OpenCV's authors have trained. */
import { readFileSync } from 'node:fs';
import { FACE_SIDE, mergeWindows } from './face-windows.ts';
import type { FoundWindow } from './found-window.ts';
import { type Cascade, type Mat, type OpenCv, takeWindows } from './opencv.ts';
import type { WindowDetector } from './window-detector.ts';

/** As OpenCV 4.6 carries it, with its licence. */
const MODEL = 'lbpcascade_frontalface_improved.xml';
const WINDOW = { width: 45, height: 45 };
/** Chosen on photographs: finer steps find more that is no face. What fewer windows than these agree on is none. */
const SEARCH = { scale: 1.15, neighbours: 1 };

/** Windows from brow to mouth, weighed by how many of the search lie there. */
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
