/** What finds an object in a camera's picture. */
import type { PicturePoint } from './aim.ts';

/** One object in one picture. */
export interface Sighting extends PicturePoint {
  /** Share of the picture's height that it takes. */
  height: number;
  /** Constant while it is tracked; undefined where finds are not tracked. */
  trackId?: number | undefined;
}

/** All objects in one picture. */
export interface Look {
  /** When the picture was taken, Unix milliseconds. */
  takenAt: number;
  /** Width of the picture by its height; undefined where it is not known. */
  aspect?: number | undefined;
  sightings: readonly Sighting[];
}

/** Finds objects. */
export interface Sight {
  /** The first look at a picture taken after `since`. @throws AppError where it cannot look */
  look(cameraId: string, object: string, options: { since: number; signal: AbortSignal }): Promise<Look>;
  /** Looks on and on, the pictures without the object included where they are known; rejects where it cannot look. */
  watch(
    cameraId: string,
    object: string,
    options: { onLook: (look: Look) => void; signal: AbortSignal },
  ): Promise<void>;
}
