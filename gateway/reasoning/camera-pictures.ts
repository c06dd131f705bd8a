/** The pictures of a question: one, or several over some seconds. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Area } from '#shared/contract/reason.ts';
import type { CameraFrame, FrameSource } from '../models/frame-source.ts';

/** Which pictures a question is about. */
export interface PictureWish {
  cameraId: string;
  /** How many. */
  frames: number;
  /** Seconds from the first to the last. */
  over: number;
  area?: Area | undefined;
  signal: AbortSignal;
}

/** Longest side of a single picture and of one of several, pixels: they cost tokens by their size. */
const MAX_SIDE = 1280;
const MAX_SIDE_OF_SEVERAL = 768;
/** Without a time to spread them over, so that they are different pictures. Milliseconds. */
const LEAST_SPACING_MS = 250;

/** Takes pictures of a camera. */
export class CameraPictures {
  readonly #frames: FrameSource;

  constructor(frames: FrameSource) {
    this.#frames = frames;
  }

  /** The pictures, oldest first, the last of them live. @throws AppError of the camera */
  async take(wish: PictureWish): Promise<CameraFrame[]> {
    const { frames, over, signal } = wish;
    const spacingMs = frames === 1 ? 0 : Math.max(LEAST_SPACING_MS, (over * 1000) / (frames - 1));
    const taken = [await this.newest(wish)];
    while (taken.length < frames) {
      await delay(spacingMs, undefined, { signal });
      taken.push(await this.newest(wish));
    }
    return taken;
  }

  /** The newest picture as this question wants it. @throws AppError of the camera */
  newest({ cameraId, frames, area, signal }: PictureWish): Promise<CameraFrame> {
    const maxSide = frames === 1 ? MAX_SIDE : MAX_SIDE_OF_SEVERAL;
    return this.#frames.newest(cameraId, { maxSide, area, signal });
  }
}
