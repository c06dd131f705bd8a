/** A small grey picture, as motion detection sees it. */

/** Rows from the top, one byte a pixel. */
export interface LumaPicture {
  width: number;
  height: number;
  pixels: Uint8Array;
  /** Capture time, Unix seconds. */
  timestamp: number;
}
