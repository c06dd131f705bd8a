/**
 * Worker thread that runs OpenCV: a search takes tenths of a second, and motion detection must continue.
 * One for all kinds: most of its memory is OpenCV itself, and pictures come one after another.
 */
import { parentPort } from 'node:worker_threads';
import type { DetectorKind } from '../detector.ts';
import { createFaceDetector } from './face-detector.ts';
import { createHogDetector } from './hog-detector.ts';
import { type OpenCv, openOpenCv } from './opencv.ts';
import type { PictureRequest } from './picture-thread.ts';
import { detectWindows, type WindowDetector } from './window-detector.ts';

const CREATE: Record<DetectorKind, (cv: OpenCv) => WindowDetector> = {
  person: createHogDetector,
  face: createFaceDetector,
};

const cv = await openOpenCv();
const detectors = new Map<DetectorKind, WindowDetector>();

parentPort?.on('message', ({ kind, picture }: PictureRequest) => {
  parentPort?.postMessage(detectWindows(cv, picture, detectorFor(kind)));
});

function detectorFor(kind: DetectorKind): WindowDetector {
  const detector = detectors.get(kind) ?? CREATE[kind](cv);
  detectors.set(kind, detector);
  return detector;
}
