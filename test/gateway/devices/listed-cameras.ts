/** A list of cameras that a test changes. */
import { EventEmitter } from 'node:events';

export class ListedCameras<T> {
  readonly #events = new EventEmitter();
  cameras: T[];

  constructor(cameras: T[]) {
    this.cameras = cameras;
  }

  list = async (): Promise<T[]> => this.cameras;

  onChange = (listener: () => void): (() => void) => {
    this.#events.on('change', listener);
    return () => void this.#events.off('change', listener);
  };

  /** Tells that something changed. */
  change(): void {
    this.#events.emit('change');
  }

  get listeners(): number {
    return this.#events.listenerCount('change');
  }
}
