/** Remembers how often each camera moved, so that an order from before a move is refused. */
import { AppError } from '#shared/errors.ts';

const MAX_CAMERAS = 20_000;

/** The newest epoch of every camera that this process had an order about. */
export class CameraEpochs {
  readonly #epochs = new Map<string, number>();

  /** Lets an order pass. @param epoch undefined where one gateway alone gives orders @throws AppError `stale-order` */
  expect(cameraId: string, epoch: number | undefined): void {
    if (epoch === undefined) return;
    const known = this.#epochs.get(cameraId) ?? 0;
    if (epoch < known) throw new AppError('stale-order', `Camera ${cameraId} has moved since`);
    // The newest stand last.
    this.#epochs.delete(cameraId);
    this.#epochs.set(cameraId, epoch);
    for (const id of this.#epochs.keys()) {
      if (this.#epochs.size <= MAX_CAMERAS) return;
      this.#epochs.delete(id);
    }
  }
}
