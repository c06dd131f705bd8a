/** Spreads cameras over workers where this gateway alone decides, and remembers where each is. */
import { carries, type Labels, NO_LABELS } from '#shared/worker-labels.ts';
import { type PlacedCamera, placeCameras } from './placement.ts';

/** Name of no worker. */
export const NO_WORKER = '';

export interface SpreadOptions {
  directory: {
    has(cameraId: string): boolean;
    /** What each known camera is expected to cost, and which workers it may have. */
    weights(): readonly Omit<PlacedCamera, 'worker'>[];
  };
  workers: readonly string[];
  labelsOf: (worker: string) => Labels;
}

/** Clients choose ids, so the memory of cameras that are not known is bounded. */
const MAX_STRANGERS = 1000;
/** A camera that a client connects counts for this long before it is known. */
const CONNECT_MS = 60_000;

interface Owner {
  worker: string;
  /** When the camera was placed, on the monotonic clock. */
  at: number;
}

/** Where cameras are. */
export class Spread {
  readonly #options: SpreadOptions;
  #workers: readonly string[];
  /** Where cameras are, and where those were that are gone: that worker may still run them. */
  readonly #owners = new Map<string, Owner>();

  constructor(options: SpreadOptions) {
    this.#options = options;
    this.#workers = options.workers;
  }

  /** Names of the workers that cameras are spread over. */
  get workers(): readonly string[] {
    return this.#workers;
  }

  /** Those that carry labels. */
  carriers(labels: Labels): string[] {
    return this.#workers.filter((name) => carries(this.#options.labelsOf(name), labels));
  }

  /** Name of a camera's worker; {@link NO_WORKER} while none can have it. */
  workerOf(cameraId: string): string {
    const known = this.#owners.get(cameraId)?.worker;
    if (known !== undefined) return known;
    this.#placeAll(this.#owners, new Set(), { id: cameraId, weight: 1 });
    this.#forgetStrangers();
    return this.#owners.get(cameraId)?.worker ?? NO_WORKER;
  }

  /** Chooses anew for a camera that is to have other labels. */
  choose(cameraId: string, labels: Labels): string {
    const known = this.#owners.get(cameraId);
    if (known !== undefined && this.carriers(labels).includes(known.worker)) return known.worker;
    this.#owners.delete(cameraId);
    this.#placeAll(this.#owners, new Set(), { id: cameraId, weight: 1, labels });
    return this.#owners.get(cameraId)?.worker ?? NO_WORKER;
  }

  /** Replaces the workers; only cameras concerned move. @returns those */
  over(workers: readonly string[]): string[] {
    const joined = new Set(workers.filter((name) => !this.#workers.includes(name)));
    this.#workers = workers;
    return this.#again(joined);
  }

  /** Labels changed: places what its worker may not run, or no worker could. @returns cameras that moved */
  fit(): string[] {
    return this.#again(new Set());
  }

  #again(joined: ReadonlySet<string>): string[] {
    const before = new Map(this.#owners);
    this.#owners.clear();
    this.#placeAll(before, joined);
    return [...before].flatMap(([id, { worker }]) => (this.workerOf(id) === worker ? [] : [id]));
  }

  /** @param before owners so far @param joined workers that take their share from others @param further to place too */
  #placeAll(
    before: ReadonlyMap<string, Owner>,
    joined: ReadonlySet<string>,
    further?: Omit<PlacedCamera, 'worker'>,
  ): void {
    const now = performance.now();
    const known = new Map(this.#options.directory.weights().map((camera) => [camera.id, camera]));
    for (const [id, { at }] of before) {
      if (!known.has(id) && now - at < CONNECT_MS) known.set(id, { id, weight: 1 });
    }
    if (further !== undefined && (further.labels !== undefined || !known.has(further.id)))
      known.set(further.id, further);
    const cameras = [...known.values()].map((camera) => ({
      ...camera,
      worker: before.get(camera.id)?.worker,
    }));
    const workers = this.#workers.map((name) => ({
      ...{ name, capacity: 1, isNew: joined.has(name) },
      labels: this.#options.labelsOf(name),
    }));
    const placed = workers.length === 0 ? new Map<string, string>() : placeCameras(cameras, workers);
    for (const { id } of cameras) {
      const at = before.get(id)?.at ?? now;
      if (!this.#owners.has(id)) this.#owners.set(id, { worker: placed.get(id) ?? NO_WORKER, at });
    }
  }

  #forgetStrangers(): void {
    const strangers = [...this.#owners.keys()].filter((id) => !this.#options.directory.has(id));
    for (const id of strangers.slice(0, -MAX_STRANGERS)) this.#owners.delete(id);
  }
}

/** For workers without labels. */
export const unlabelled = (): Labels => NO_LABELS;
