/** Decides for every request whether a camera is known, which worker runs it, and whether that is ready. */
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { AppError } from '#shared/errors.ts';
import type { WorkerAddress } from './worker-address.ts';

/** The part of the pool that routing needs. */
export interface RoutingPool {
  address(name: string): WorkerAddress | undefined;
  status(): { name: string; state: string; retryAfterMs?: number }[];
  probeNow(name: string): void;
}

/** The cameras of the gateway. */
export interface RoutingDirectory {
  has(cameraId: string): boolean;
  /** False until the stored cameras have been read for the first time. */
  isLoaded: boolean;
}

export interface CameraRoutingOptions {
  directory: RoutingDirectory;
  pool: RoutingPool;
  /** Names of the workers that cameras are spread over. */
  workers: readonly string[];
  /** Names of workers that run only cameras that {@link CameraRouting.place} puts there. */
  apart?: readonly string[];
}

const RETRY_AFTER_S = 1;
/** Clients choose ids, so the memory of owners is bounded. */
const MAX_OWNERS = 10_000;

/** The one answer to "where is this camera?". */
export class CameraRouting {
  /** Names of the workers that run cameras. */
  readonly workers: readonly string[];
  readonly #directory: RoutingDirectory;
  readonly #pool: RoutingPool;
  readonly #spread: readonly string[];
  readonly #owners = new Map<string, string>();
  /** Cameras that are put apart. */
  readonly #placements = new Map<string, string>();
  readonly #events = new EventEmitter<{ placement: [string] }>();
  #turn = 0;

  constructor({ directory, pool, workers, apart = [] }: CameraRoutingOptions) {
    this.#directory = directory;
    this.#pool = pool;
    this.#spread = workers;
    this.workers = [...workers, ...apart];
  }

  /**
   * The worker of a known camera.
   * @throws AppError `storage-unavailable`, `camera-not-found`, `worker-not-ready`
   */
  resolve(cameraId: string): WorkerAddress {
    this.expectKnown(cameraId);
    return this.ownerOf(cameraId);
  }

  /** @throws AppError `storage-unavailable`, `camera-not-found` */
  expectKnown(cameraId: string): void {
    const refusal = this.refusalOf(cameraId);
    if (refusal !== undefined) throw refusal;
  }

  /**
   * Why a camera is not known: `storage-unavailable` while stored cameras are not
   * read yet, else `camera-not-found`. Undefined for a known camera.
   */
  refusalOf(cameraId: string): AppError | undefined {
    if (this.#directory.has(cameraId)) return undefined;
    if (this.#directory.isLoaded) return new AppError('camera-not-found', `No camera ${cameraId}`);
    return new AppError('storage-unavailable', 'The stored cameras could not be read yet', {
      retryAfter: RETRY_AFTER_S,
    });
  }

  /** The worker of a camera, known or not. @throws AppError `worker-not-ready` with `Retry-After` */
  ownerOf(cameraId: string): WorkerAddress {
    const name = this.nameOf(cameraId);
    const address = this.#pool.address(name);
    if (address === undefined) throw this.#notReady(name);
    return address;
  }

  /** The worker of a camera, known or not; undefined while it is not ready. */
  findOwner(cameraId: string): WorkerAddress | undefined {
    return this.#pool.address(this.nameOf(cameraId));
  }

  /** Name of a camera's worker, ready or not. */
  nameOf(cameraId: string): string {
    const known = this.#placements.get(cameraId) ?? this.#owners.get(cameraId);
    if (known !== undefined) return known;
    if (this.#owners.size >= MAX_OWNERS) this.#owners.clear();
    const name = rendezvous(cameraId, this.#spread);
    this.#owners.set(cameraId, name);
    return name;
  }

  /** Puts a camera on a worker; undefined gives it back to the one that it is spread to. */
  place(cameraId: string, worker: string | undefined): void {
    if (this.#placements.get(cameraId) === worker) return;
    if (worker === undefined) this.#placements.delete(cameraId);
    else this.#placements.set(cameraId, worker);
    this.#events.emit('placement', cameraId);
  }

  /** Calls `listener` with each camera that changes its worker. Returns the unsubscribe function. */
  onPlacement(listener: (cameraId: string) => void): () => void {
    this.#events.on('placement', listener);
    return () => void this.#events.off('placement', listener);
  }

  /** The workers that are ready. */
  ready(): WorkerAddress[] {
    return this.workers.flatMap((name) => this.#pool.address(name) ?? []);
  }

  /** A ready worker, another one each time. @throws AppError `worker-not-ready` with `Retry-After` */
  anyReady(): WorkerAddress {
    const ready = this.#spread.flatMap((name) => this.#pool.address(name) ?? []);
    this.#turn += 1;
    const worker = ready[this.#turn % ready.length];
    if (worker === undefined) throw this.#notReady(this.workers[0] as string);
    return worker;
  }

  /** Reports a worker that did not answer; the supervisor probes it immediately. */
  report(worker: string): void {
    this.#pool.probeNow(worker);
  }

  #notReady(name: string): AppError {
    const { state, retryAfterMs } = this.#pool.status().find((worker) => worker.name === name) ?? {};
    return new AppError('worker-not-ready', `Worker ${name} is not ready (${state ?? 'unknown'})`, {
      retryAfter: retryAfterMs === undefined ? RETRY_AFTER_S : retryAfterMs / 1000,
      extra: { worker: name, state },
    });
  }
}

/**
 * The worker of a camera by rendezvous hashing (Thaler and Ravishankar, 1998): a
 * change in the pool moves only the cameras concerned.
 * @throws Error for an empty pool
 */
export function rendezvous(cameraId: string, workers: readonly string[]): string {
  const scored = workers.map((worker) => ({ worker, score: scoreOf(cameraId, worker) }));
  const best = scored.reduce<{ worker: string; score: string } | undefined>(
    (top, candidate) => (top === undefined || candidate.score > top.score ? candidate : top),
    undefined,
  );
  if (best === undefined) throw new Error('a camera needs a pool with at least one worker');
  return best.worker;
}

function scoreOf(cameraId: string, worker: string): string {
  return createHash('sha256').update(`${worker}\0${cameraId}`).digest('hex');
}
