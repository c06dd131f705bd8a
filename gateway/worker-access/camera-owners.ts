/** Finds the worker of a camera, and says when to come back while it is not ready. */
import { AppError } from '#shared/errors.ts';
import type { WorkerAddress, WorkerStatus } from '../supervisor/worker-status.ts';
import { ownerOf } from './owner.ts';

/** The part of the pool that is needed here. */
export interface OwnerPool {
  address(name: string): WorkerAddress | undefined;
  status(): WorkerStatus[];
}

/** Answers where a camera lives. */
export class CameraOwners {
  readonly #pool: OwnerPool;
  readonly #workers: readonly string[];

  /** @param workers names of the workers that run cameras */
  constructor(pool: OwnerPool, workers: readonly string[]) {
    this.#pool = pool;
    this.#workers = workers;
  }

  /** Names of the workers that run cameras. */
  get workers(): readonly string[] {
    return this.#workers;
  }

  /** Name of a camera's worker, ready or not. */
  nameFor(cameraId: string): string {
    return ownerOf(cameraId, this.#workers);
  }

  /** The worker of a camera, while it is ready. */
  find(cameraId: string): WorkerAddress | undefined {
    return this.#pool.address(this.nameFor(cameraId));
  }

  /** The worker of a camera. @throws AppError `worker-not-ready` with `Retry-After` */
  get(cameraId: string): WorkerAddress {
    const name = this.nameFor(cameraId);
    const address = this.#pool.address(name);
    if (address !== undefined) return address;
    const status = this.#pool.status().find((candidate) => candidate.name === name);
    throw new AppError('worker-not-ready', `Worker ${name} is not ready (${status?.state ?? 'unknown'})`, {
      retryAfter: (status?.retryAfterMs ?? 1000) / 1000,
      extra: { worker: name, state: status?.state },
    });
  }
}
