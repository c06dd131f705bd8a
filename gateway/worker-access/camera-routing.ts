/** Decides for every request whether a camera is known, which worker runs it, and whether that is ready. */
import { EventEmitter } from 'node:events';
import { AppError } from '#shared/errors.ts';
import { agentOffline, agentWorker, isAgentWorker } from './agent-worker.ts';
import { CameraTies } from './camera-ties.ts';
import { type PlacedCamera, placeCameras } from './placement.ts';
import type { WorkerAddress } from './worker-address.ts';

/** The part of the pool that routing needs. */
export interface RoutingPool {
  address(name: string): WorkerAddress | undefined;
  status(): { name: string; kind?: string; state: string; since?: string; retryAfterMs?: number }[];
  probeNow(name: string): void;
  onReady?(listener: (address: WorkerAddress) => void): () => void;
}

/** The cameras of the gateway. */
export interface RoutingDirectory {
  has(cameraId: string): boolean;
  /** Name of the agent that reaches a camera; undefined: the gateway itself. */
  agentOf?(cameraId: string): string | undefined;
  /** False until the stored cameras have been read for the first time. */
  isLoaded: boolean;
  /** What each known camera is expected to cost. */
  weights(): readonly Pick<PlacedCamera, 'id' | 'weight'>[];
}

export interface CameraRoutingOptions {
  directory: RoutingDirectory;
  pool: RoutingPool;
  /** Names of the workers that cameras are spread over; {@link CameraRouting.spreadOver} replaces them. */
  workers: readonly string[];
  /** Says where cameras are, in place of this gateway alone; empty: a camera has no worker. */
  owners?: { workerOf(cameraId: string): string } | undefined;
  /** Names of workers that run only cameras that {@link CameraRouting.place} puts there. */
  apart?: readonly string[];
}

const RETRY_AFTER_S = 1;
/** Name of no worker. */
const NO_WORKER = '';
/** Clients choose ids, so the memory of cameras that are not known is bounded. */
const MAX_STRANGERS = 1000;
/** A camera that a client connects counts for this long before it is known. */
const CONNECT_MS = 60_000;

interface Owner {
  worker: string;
  /** When the camera was placed, on the monotonic clock. */
  at: number;
}

/** The one answer to "where is this camera?". */
export class CameraRouting {
  readonly #directory: RoutingDirectory;
  readonly #pool: RoutingPool;
  readonly #apart: readonly string[];
  #further: readonly string[] = [];
  #spread: readonly string[];
  /** Where cameras are, and where those were that are gone: that worker may still run them. */
  readonly #owners = new Map<string, Owner>();
  /** Cameras that are put apart. */
  readonly #placements = new Map<string, string>();
  readonly #decided: CameraRoutingOptions['owners'];
  readonly #events = new EventEmitter<{ placement: [string]; workers: [readonly string[]] }>();
  readonly #ties = new CameraTies((cameraId) => [this.nameOf(cameraId), this.mirrorNameOf(cameraId)]);
  #turn = 0;
  #canMirror: (worker: string) => boolean = () => false;

  constructor({ directory, pool, workers, apart = [], owners }: CameraRoutingOptions) {
    this.#directory = directory;
    this.#pool = pool;
    this.#spread = workers;
    this.#apart = apart;
    this.#decided = owners;
    this.onPlacement((cameraId) => this.#ties.moved(cameraId));
    pool.onReady?.((address) => this.#ties.ready(address));
  }

  /** Names of the workers that run cameras. */
  get workers(): readonly string[] {
    return [...this.#spread, ...this.#apart, ...this.#further];
  }

  /** Replaces the workers that cameras are spread over; only cameras concerned move. */
  spreadOver(workers: readonly string[]): void {
    const joined = new Set(workers.filter((name) => !this.#spread.includes(name)));
    this.#spread = workers;
    this.#events.emit('workers', this.workers);
    const before = new Map(this.#owners);
    this.#owners.clear();
    this.#placeAll(before, joined);
    for (const [cameraId, { worker }] of before)
      if (this.nameOf(cameraId) !== worker) this.#events.emit('placement', cameraId);
  }

  /** Replaces the workers that come and go and run only cameras that {@link CameraRouting.place} puts there. */
  keepApart(workers: readonly string[]): void {
    this.#further = workers;
    this.#events.emit('workers', this.workers);
  }

  /** Calls `listener` with the names of all workers when they change, before cameras move. Returns the unsubscribe function. */
  onWorkers(listener: (workers: readonly string[]) => void): () => void {
    this.#events.on('workers', listener);
    return () => void this.#events.off('workers', listener);
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
    return this.#expectReady(this.nameOf(cameraId));
  }

  /** The worker of a camera, known or not; undefined while it is not ready. */
  findOwner(cameraId: string): WorkerAddress | undefined {
    return this.#pool.address(this.nameOf(cameraId));
  }

  /** The worker of a name. @throws AppError `worker-not-ready`, `agent-offline` */
  workerNamed(name: string): WorkerAddress {
    return this.#expectReady(name);
  }

  /** Name of a camera's worker, ready or not; empty while there is no worker. */
  nameOf(cameraId: string): string {
    const agent = this.#directory.agentOf?.(cameraId);
    return agent === undefined ? this.#ownName(cameraId) : agentWorker(agent);
  }

  /**
   * The worker that a camera has, or would have, at a place. @param agent undefined: the gateway itself
   * @throws AppError `worker-not-ready`, `agent-offline`, `invalid-field` for an agent that does not exist
   */
  workerAt(agent: string | undefined, cameraId: string): WorkerAddress {
    return agent === undefined ? this.#expectReady(this.#ownName(cameraId)) : this.#workerOf(agent);
  }

  /** Lets workers give video of agents' cameras. @param canMirror whether a worker can, by its name */
  mirrorOn(canMirror: (worker: string) => boolean): void {
    this.#canMirror = canMirror;
  }

  /** Name of the worker that gives the video of an agent's camera in place of the agent's; undefined for other cameras. */
  mirrorNameOf(cameraId: string): string | undefined {
    if (this.#directory.agentOf?.(cameraId) === undefined) return undefined;
    const name = this.#ownName(cameraId);
    return this.#canMirror(name) ? name : undefined;
  }

  /** The worker that gives the video of a known camera. @throws AppError as {@link CameraRouting.resolve} */
  resolveVideo(cameraId: string): WorkerAddress {
    const worker = this.resolve(cameraId);
    const mirror = this.mirrorNameOf(cameraId);
    return mirror === undefined ? worker : this.#expectReady(mirror);
  }

  /**
   * Ends a lasting connection for a camera to a worker once it leads nowhere.
   * @param cut called once at most @returns forgets the connection, when it has ended
   */
  tie(cameraId: string, worker: WorkerAddress, cut: () => void): () => void {
    return this.#ties.tie(cameraId, worker, cut);
  }

  /** Tells that a camera has another worker than before. */
  moved(cameraId: string): void {
    this.#events.emit('placement', cameraId);
  }

  #ownName(cameraId: string): string {
    const decided = this.#placements.get(cameraId) ?? this.#decided?.workerOf(cameraId);
    const known = decided ?? this.#owners.get(cameraId)?.worker;
    return known ?? this.#spreadTo(cameraId);
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

  /**
   * A ready worker, another one each time. @param agent whose worker; undefined: one of this gateway
   * @throws AppError `worker-not-ready`, `agent-offline`, `invalid-field` for an agent that does not exist
   */
  anyReady(agent?: string): WorkerAddress {
    if (agent !== undefined) return this.#workerOf(agent);
    const ready = this.#spread.flatMap((name) => this.#pool.address(name) ?? []);
    this.#turn += 1;
    const worker = ready[this.#turn % ready.length];
    if (worker === undefined) throw this.#notReady(this.workers[0] ?? NO_WORKER);
    return worker;
  }

  /** Reports a worker that did not answer; the supervisor probes it immediately. */
  report(worker: string): void {
    this.#pool.probeNow(worker);
  }

  /** Places what is not placed yet: this camera, and every known one. */
  #spreadTo(cameraId: string): string {
    if (this.#spread.length === 0) this.#owners.set(cameraId, { worker: NO_WORKER, at: performance.now() });
    else this.#placeAll(this.#owners, new Set(), cameraId);
    this.#forgetStrangers();
    return (this.#owners.get(cameraId) as Owner).worker;
  }

  /** @param before owners so far @param joined workers that take their share from others @param further to place too */
  #placeAll(before: ReadonlyMap<string, Owner>, joined: ReadonlySet<string>, further?: string): void {
    if (this.#spread.length === 0) return;
    const now = performance.now();
    const weights = new Map(this.#directory.weights().map(({ id, weight }) => [id, weight]));
    for (const [id, { at }] of before) {
      if (!weights.has(id) && now - at < CONNECT_MS) weights.set(id, 1);
    }
    if (further !== undefined && !weights.has(further)) weights.set(further, 1);
    const cameras = [...weights].map(([id, weight]) => ({ id, weight, worker: before.get(id)?.worker }));
    const workers = this.#spread.map((name) => ({ name, capacity: 1, isNew: joined.has(name) }));
    for (const [id, worker] of placeCameras(cameras, workers)) {
      if (!this.#owners.has(id)) this.#owners.set(id, { worker, at: before.get(id)?.at ?? now });
    }
  }

  #forgetStrangers(): void {
    const strangers = [...this.#owners.keys()].filter((id) => !this.#directory.has(id));
    for (const id of strangers.slice(0, -MAX_STRANGERS)) this.#owners.delete(id);
  }

  #workerOf(agent: string): WorkerAddress {
    const name = agentWorker(agent);
    if (this.#further.includes(name)) return this.#expectReady(name);
    throw new AppError('invalid-field', `agent: there is no agent ${agent}`, { field: 'agent' });
  }

  #expectReady(name: string): WorkerAddress {
    const address = this.#pool.address(name);
    if (address === undefined) throw this.#notReady(name);
    return address;
  }

  #notReady(name: string): AppError {
    const known = this.#pool.status().find((worker) => worker.name === name);
    const { state, retryAfterMs } = known ?? {};
    if (isAgentWorker(name)) return agentOffline(name, known?.since);
    const reason = name === NO_WORKER ? 'No worker is ready' : `Worker ${name} is not ready`;
    return new AppError('worker-not-ready', `${reason} (${state ?? 'unknown'})`, {
      retryAfter: retryAfterMs === undefined ? RETRY_AFTER_S : retryAfterMs / 1000,
      extra: { worker: name, state },
    });
  }
}
