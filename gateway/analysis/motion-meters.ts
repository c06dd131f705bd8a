/** Levels of motion of cameras that a client looks at: only those are measured. */
import { EventEmitter } from 'node:events';
import type { MotionLevelMessage } from '#shared/detections.ts';

/** Who looks at which camera. */
export class MotionMeters {
  readonly #levels = new EventEmitter<Record<string, [MotionLevelMessage]>>();
  readonly #onChange: () => void;

  /** @param onChange called when a first client looks at a camera, and when the last one no longer does */
  constructor(onChange: () => void) {
    this.#levels.setMaxListeners(0);
    this.#onChange = onChange;
  }

  /** Whether a client looks at a camera. */
  has(cameraId: string): boolean {
    return this.#levels.listenerCount(cameraId) > 0;
  }

  /** Cameras at which clients look. */
  cameras(): string[] {
    return this.#levels.eventNames() as string[];
  }

  /** Calls with each level of a camera. @returns the function that ends it */
  watch(cameraId: string, listener: (level: MotionLevelMessage) => void): () => void {
    this.#levels.on(cameraId, listener);
    if (this.#levels.listenerCount(cameraId) === 1) this.#onChange();
    return () => {
      this.#levels.off(cameraId, listener);
      if (!this.has(cameraId)) this.#onChange();
    };
  }

  take(level: MotionLevelMessage): void {
    this.#levels.emit(level.cameraId, level);
  }
}
