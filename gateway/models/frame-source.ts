/** Pictures to ask about. */

/** A camera's newest picture with its metadata. */
export interface CameraFrame {
  jpeg: Buffer;
  sequence: number;
  /** When it was taken, Unix seconds. */
  timestamp: number;
  ageMs: number;
  /** Pixels. */
  width: number;
  height: number;
}

/** Gives pictures of cameras. */
export interface FrameSource {
  /**
   * The newest picture of a camera, never an old one.
   * @param options.maxSide longest side, pixels
   * @throws AppError `camera-not-found`, `no-frame-yet`, `stale-frame` or `worker-*`
   */
  newest(cameraId: string, options: { maxSide: number; signal?: AbortSignal }): Promise<CameraFrame>;
}
