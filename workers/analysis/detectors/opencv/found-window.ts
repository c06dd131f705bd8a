/** Results of the OpenCV thread. */

/** A matching part of a picture, pixels. */
export interface FoundWindow {
  left: number;
  top: number;
  width: number;
  height: number;
  /** Confidence in the detector's own units; larger is surer. */
  weight: number;
}
