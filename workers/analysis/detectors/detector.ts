/** Interface of all detectors. */
import type { DetectorHealth } from '#shared/detections.ts';

/** Left, top, width and height as shares of the picture. */
export type Box = [number, number, number, number];

/** One finding in a picture. */
export interface Finding {
  label: string;
  /** 0 to 1. */
  score: number;
  box: Box;
}

/** A decoded picture: RGB, rows from the top. */
export interface RgbPicture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** Kind of object. */
export type DetectorKind = 'person' | 'face';

/** Finds objects of one kind. */
export interface Detector {
  readonly kind: DetectorKind;
  readonly health: DetectorHealth;
  /** Longer side beyond which larger pictures do not help, pixels. */
  readonly inputSide: number;
  /** Findings by descending score, none below `minScore` (default: the model's own). @throws Error */
  detect(picture: RgbPicture, minScore?: number): Promise<Finding[]>;
}
