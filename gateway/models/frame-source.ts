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

/** Which picture is wanted. */
export interface FrameWish {
  /** Longest side, pixels. */
  maxSide: number;
  /** Only this part: left, top, width and height, from 0 to 1. */
  area?: readonly [number, number, number, number] | undefined;
  /** Of the newest picture, milliseconds; default: live ones only. */
  maxAgeMs?: number | undefined;
  signal?: AbortSignal;
}

/** Gives pictures of cameras. */
export interface FrameSource {
  /**
   * The newest picture of a camera, never one older than was wished.
   * @throws AppError `camera-not-found`, `no-frame-yet`, `stale-frame` or `worker-*`
   */
  newest(cameraId: string, wish: FrameWish): Promise<CameraFrame>;
  /**
   * The picture of a time, where the camera's worker keeps it; else undefined.
   * @param at Unix milliseconds @throws AppError `camera-not-found` or `worker-*`
   */
  kept(cameraId: string, at: number, wish: FrameWish): Promise<CameraFrame | undefined>;
}
