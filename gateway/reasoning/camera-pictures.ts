/** The pictures of a question: one, or several over some seconds. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Area } from '#shared/contract/reason.ts';
import type { CameraFrame, FrameSource, FrameWish } from '../models/frame-source.ts';

/** Which pictures a question is about. */
export interface PictureWish {
  cameraId: string;
  /** How many. */
  frames: number;
  /** Seconds from the first to the last. */
  over: number;
  area?: Area | undefined;
  maxAgeMs?: number | undefined;
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

  /**
   * The pictures, oldest first, the last of them live: of the seconds before now where the camera's worker keeps
   * them, else one after the other from now on.
   * @throws AppError of the camera
   */
  async take(wish: PictureWish): Promise<CameraFrame[]> {
    const { frames, over, signal } = wish;
    const spacingMs = frames === 1 ? 0 : Math.max(LEAST_SPACING_MS, (over * 1000) / (frames - 1));
    const first = await this.newest(wish);
    const kept = frames > 1 && over > 0 ? await this.#kept(wish, first, spacingMs) : undefined;
    if (kept !== undefined) return [...kept, first];
    const taken = [first];
    while (taken.length < frames) {
      await delay(spacingMs, undefined, { signal });
      taken.push(await this.newest(wish));
    }
    return taken;
  }

  /** The newest picture as this question wants it. @throws AppError of the camera */
  newest(wish: PictureWish): Promise<CameraFrame> {
    return this.#frames.newest(wish.cameraId, frameWish(wish));
  }

  /** What came before the newest picture, oldest first; undefined where any of it is not kept. */
  async #kept(wish: PictureWish, newest: CameraFrame, spacingMs: number): Promise<CameraFrame[] | undefined> {
    const taken: CameraFrame[] = [];
    for (let before = wish.frames - 1; before > 0; before -= 1) {
      const at = newest.timestamp * 1000 - before * spacingMs;
      const frame = await this.#frames.kept(wish.cameraId, at, frameWish(wish));
      // The oldest picture is the first that is no longer kept.
      if (frame === undefined) return undefined;
      taken.push(frame);
    }
    return taken;
  }
}

function frameWish({ frames, area, maxAgeMs, signal }: PictureWish): FrameWish {
  return { maxSide: frames === 1 ? MAX_SIDE : MAX_SIDE_OF_SEVERAL, area, maxAgeMs, signal };
}
