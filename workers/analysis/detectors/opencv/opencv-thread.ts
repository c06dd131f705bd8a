/**
 * The thread in which OpenCV looks at pictures: a look takes some tenths of a second, and motion must go on meanwhile.
 * One for all kinds: most of its memory is OpenCV itself, and pictures come one after the other anyway.
 */
import { parentPort } from 'node:worker_threads';
import type { DetectorKind } from '../detector.ts';
import { createFaceLook } from './face-look.ts';
import { createHogLook } from './hog-look.ts';
import { type OpenCv, openOpenCv } from './opencv.ts';
import { type Look, lookAt } from './picture-look.ts';
import type { PictureRequest } from './picture-thread.ts';

const CREATE: Record<DetectorKind, (cv: OpenCv) => Look> = { person: createHogLook, face: createFaceLook };

const cv = await openOpenCv();
const looks = new Map<DetectorKind, Look>();

parentPort?.on('message', ({ kind, picture }: PictureRequest) => {
  parentPort?.postMessage(lookAt(cv, picture, lookFor(kind)));
});

function lookFor(kind: DetectorKind): Look {
  const look = looks.get(kind) ?? CREATE[kind](cv);
  looks.set(kind, look);
  return look;
}
