/** What finds things in pictures, whatever it runs on. */
import type { DetectorHealth } from '#shared/detections.ts';

/** Left, top, width and height as shares of the picture. */
export type Box = [number, number, number, number];

/** Something found in one picture. */
export interface Finding {
  label: string;
  /** 0 to 1. */
  score: number;
  box: Box;
}

/** A decoded picture: red, green, blue, rows from the top. */
export interface RgbPicture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** What a detector looks for. */
export type DetectorKind = 'person' | 'face';

/** Finds things of one kind. */
export interface Detector {
  readonly kind: DetectorKind;
  readonly health: DetectorHealth;
  /** Longer side of the picture beyond which it gains nothing, pixels. */
  readonly inputSide: number;
  /** Findings in order of their score, none below `minScore` (default: the model's own). @throws Error */
  detect(picture: RgbPicture, minScore?: number): Promise<Finding[]>;
}
