/** Person detection with histograms of oriented gradients; the weights are part of OpenCV's code. */
import type { FoundWindow } from './found-window.ts';
import { HOG_SIDE } from './hog-windows.ts';
import { type Hog, type Mat, type OpenCv, takeWindows } from './opencv.ts';
import type { WindowDetector } from './window-detector.ts';

const WINDOW = { width: 64, height: 128 };
/** Chosen on photographs: lower weights and finer steps find no more persons. */
const SEARCH = { weight: 0.3, stride: 8, padding: 8, scale: 1.1, group: 2 };

/** Finds windows of persons. */
export function createHogDetector(cv: OpenCv): WindowDetector {
  const hog = createHog(cv);
  return { side: HOG_SIDE, least: WINDOW, search: (picture) => search(cv, hog, picture) };
}

function createHog(cv: OpenCv): Hog {
  const list = cv.HOGDescriptor.getDefaultPeopleDetector();
  const weights = Array.from({ length: list.size() }, (_, index) => list.get(index));
  const detector = new cv.HOGDescriptor();
  detector.setSVMDetector(cv.matFromArray(weights.length, 1, cv.CV_32F, weights));
  list.delete();
  return detector;
}

function search(cv: OpenCv, hog: Hog, picture: Mat): FoundWindow[] {
  const { weight, scale, group } = SEARCH;
  const [found, weights] = [new cv.RectVector(), new cv.DoubleVector()];
  const stride = new cv.Size(SEARCH.stride, SEARCH.stride);
  const padding = new cv.Size(SEARCH.padding, SEARCH.padding);
  hog.detectMultiScale(picture, found, weights, weight, stride, padding, scale, group, false);
  return takeWindows(found, weights);
}
