/** How the cameras are right now, asked of all workers together. */
import type { CameraStatus } from '#shared/worker-protocol.ts';
import type { WorkerAddress } from '../supervisor/worker-status.ts';
import { listActualCameras } from '../worker-access/client.ts';

/** The part of the pool that is needed here. */
export interface StatePool {
  address(name: string): WorkerAddress | undefined;
}

/** Answers of the workers are good for this long, milliseconds: many may ask at once. */
const FRESH_MS = 500;

/** Reads the states of all cameras; what a worker that is down runs is unknown. */
export class CameraStates {
  readonly #pool: StatePool;
  readonly #workers: readonly string[];
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<Map<string, CameraStatus>> = Promise.resolve(new Map());

  /** @param workers names of the workers that run cameras */
  constructor(pool: StatePool, workers: readonly string[]) {
    this.#pool = pool;
    this.#workers = workers;
  }

  /** By camera id; cameras of workers that do not answer are missing. Never rejects. */
  read(): Promise<Map<string, CameraStatus>> {
    if (performance.now() - this.#readAt > FRESH_MS) {
      this.#readAt = performance.now();
      this.#reading = this.#readAll();
    }
    return this.#reading;
  }

  async #readAll(): Promise<Map<string, CameraStatus>> {
    const lists = await Promise.all(this.#workers.map((name) => this.#readOne(name)));
    return new Map(lists.flat());
  }

  async #readOne(name: string): Promise<[string, CameraStatus][]> {
    const worker = this.#pool.address(name);
    if (worker === undefined) return [];
    const cameras = await listActualCameras(worker).catch(() => []);
    return cameras.flatMap(({ cameraId, status }) => (status === undefined ? [] : [[cameraId, status]]));
  }
}
