/** The cameras this gateway wants connected: the one truth that the reconciler makes real. */
import { EventEmitter } from 'node:events';
import { type CameraSource, passwordOf } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';
import type { Redactor } from '#shared/redact.ts';

/** A camera somebody wants. */
export interface WantedCamera {
  id: string;
  name: string;
  location: string;
  source: CameraSource;
  /** Shipped with the demo, gone when a real camera comes. */
  isDemo: boolean;
}

/** Wanted cameras of this gateway's life, in order of arrival. */
export class CameraDirectory {
  readonly #cameras = new Map<string, WantedCamera>();
  readonly #events = new EventEmitter<{ change: [] }>();
  readonly #limit: number;
  readonly #redactor: Redactor;
  /** Per camera, what lets the redactor forget its password. */
  readonly #secrets = new Map<string, () => void>();

  /** @param limit most cameras at once @param redactor learns their passwords, for as long as they are here */
  constructor(limit: number, redactor: Redactor) {
    this.#limit = limit;
    this.#redactor = redactor;
  }

  list(): WantedCamera[] {
    return [...this.#cameras.values()];
  }

  has(id: string): boolean {
    return this.#cameras.has(id);
  }

  /** @throws AppError `camera-not-found` */
  get(id: string): WantedCamera {
    const camera = this.#cameras.get(id);
    if (camera === undefined) throw new AppError('camera-not-found', `No camera ${id}`);
    return camera;
  }

  /** Whether one more camera of this id fits. @throws AppError `too-many-requests` */
  checkRoom(id: string): void {
    const real = this.list().filter(({ isDemo }) => !isDemo);
    if (!this.#cameras.has(id) && real.length >= this.#limit) {
      throw new AppError(
        'too-many-requests',
        `This gateway takes at most ${this.#limit} cameras (MAX_CAMERAS)`,
      );
    }
  }

  /** Adds a camera or replaces the one of its id. */
  put(camera: WantedCamera): void {
    const forget = this.#redactor.add(passwordOf(camera.source));
    this.#forgetSecret(camera.id);
    this.#secrets.set(camera.id, forget);
    this.#cameras.set(camera.id, camera);
    this.#events.emit('change');
  }

  /** Removes a camera; an unknown id is fine. */
  remove(id: string): void {
    this.removeWhere((camera) => camera.id === id);
  }

  /** Removes all that match. */
  removeWhere(matches: (camera: WantedCamera) => boolean): void {
    const ids = this.list()
      .filter(matches)
      .map(({ id }) => id);
    for (const id of ids) {
      this.#forgetSecret(id);
      this.#cameras.delete(id);
    }
    if (ids.length > 0) this.#events.emit('change');
  }

  /** Calls after every change. @returns the function that ends it */
  onChange(listener: () => void): () => void {
    this.#events.on('change', listener);
    return () => void this.#events.off('change', listener);
  }

  #forgetSecret(id: string): void {
    this.#secrets.get(id)?.();
    this.#secrets.delete(id);
  }
}
