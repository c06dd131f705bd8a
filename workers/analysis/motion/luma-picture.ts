/** A small grey picture for motion detection. */

/** Rows from the top, one byte a pixel. */
export interface LumaPicture {
  width: number;
  height: number;
  pixels: Uint8Array;
  /** Capture time, Unix seconds. */
  timestamp: number;
}
