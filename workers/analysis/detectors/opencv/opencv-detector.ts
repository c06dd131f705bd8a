/** The built-in detectors, which need no model. */
import type { DetectorHealth } from '#shared/detections.ts';
import type { Detector, DetectorKind, Finding, RgbPicture } from '../detector.ts';
import { suppress } from '../suppression.ts';
import { FACE_SIDE, toFace } from './face-windows.ts';
import type { FoundWindow } from './found-window.ts';
import { HOG_SIDE, toPerson } from './hog-windows.ts';
import type { PictureThread } from './picture-thread.ts';

/** The built-in detector of one kind. */
interface BuiltIn {
  /** Its name in `/health`. */
  model: string;
  inputSide: number;
  /** Converts a window to a finding, for a picture of this size. */
  toFinding: (window: FoundWindow, picture: { width: number; height: number }) => Finding;
}

const BUILT_IN: Record<DetectorKind, BuiltIn> = {
  person: { model: 'OpenCV HOG', inputSide: HOG_SIDE, toFinding: toPerson },
  face: { model: 'OpenCV cascade', inputSide: FACE_SIDE, toFinding: toFace },
};
const MIN_SCORE = 0.5;
const MAX_OVERLAP = 0.45;

/**
 * The built-in detector of a kind, if its package is installed.
 * @param thread started when a camera first needs it
 * @throws Error with a sentence for the operator
 */
export async function loadOpenCvDetector(kind: DetectorKind, thread: PictureThread): Promise<Detector> {
  try {
    import.meta.resolve('@opencvjs/node');
  } catch {
    throw new Error(`@opencvjs/node, which finds ${kind}s, is not installed`);
  }
  return new OpenCvDetector(kind, thread);
}

class OpenCvDetector implements Detector {
  readonly kind: DetectorKind;
  readonly health: DetectorHealth;
  readonly inputSide: number;
  readonly #thread: PictureThread;

  constructor(kind: DetectorKind, thread: PictureThread) {
    const { model, inputSide } = BUILT_IN[kind];
    this.kind = kind;
    this.health = { state: 'ready', model, hardware: 'cpu' };
    this.inputSide = inputSide;
    this.#thread = thread;
  }

  async detect(picture: RgbPicture, minScore = MIN_SCORE): Promise<Finding[]> {
    const windows = await this.#thread.ask({ kind: this.kind, picture });
    const { toFinding } = BUILT_IN[this.kind];
    const findings = windows.map((window) => toFinding(window, picture));
    return suppress(
      findings.filter(({ score }) => score >= minScore),
      MAX_OVERLAP,
    );
  }
}
