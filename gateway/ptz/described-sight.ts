/** Finds what words describe, by asking the reasoning provider about one picture after another. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Look, Sight } from './sight.ts';

/** A found object: left, top, right and bottom in shares of the picture. */
export interface FoundBox {
  x_min: number;
  y_min: number;
  x_max: number;
  y_max: number;
}

/** What a provider found in one picture. */
export interface FoundObjects {
  /** Unix milliseconds of the picture. */
  takenAt: number;
  /** Width of the picture by its height. */
  aspect: number | undefined;
  objects: readonly FoundBox[];
}

/** Asks a provider for the objects in the newest picture of a camera. @throws AppError */
export type FindObjects = (cameraId: string, object: string, signal: AbortSignal) => Promise<FoundObjects>;

/** A provider has other work, too. */
const PAUSE_MS = 250;

/** See {@link Sight}. */
export class DescribedSight implements Sight {
  readonly #find: FindObjects;

  constructor(find: FindObjects) {
    this.#find = find;
  }

  async look(
    cameraId: string,
    object: string,
    { since, signal }: { since: number; signal: AbortSignal },
  ): Promise<Look> {
    for (;;) {
      const { takenAt, aspect, objects } = await this.#find(cameraId, object, signal);
      const sightings = objects.map(({ x_min, y_min, x_max, y_max }) => ({
        x: (x_min + x_max) / 2,
        y: (y_min + y_max) / 2,
        height: y_max - y_min,
      }));
      if (takenAt >= since) return { takenAt, aspect, sightings };
      await pause(PAUSE_MS, undefined, { signal });
    }
  }

  async watch(
    cameraId: string,
    object: string,
    { onLook, signal }: { onLook: (look: Look) => void; signal: AbortSignal },
  ): Promise<void> {
    try {
      while (!signal.aborted) {
        onLook(await this.look(cameraId, object, { since: 0, signal }));
        await pause(PAUSE_MS, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
