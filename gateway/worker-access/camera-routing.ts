/** Decides for every request whether a camera is known, which worker runs it, and whether that is ready. */
import { EventEmitter } from 'node:events';
import { AppError } from '#shared/errors.ts';
import { carries, type Labels, labelsText, NO_LABELS } from '#shared/worker-labels.ts';
import { agentOffline, agentWorker, isAgentWorker } from './agent-worker.ts';
import { CameraTies } from './camera-ties.ts';
import { NO_WORKER, Spread, type SpreadOptions, unlabelled } from './spread.ts';
import type { WorkerAddress } from './worker-address.ts';

/** The part of the pool that routing needs. */
export interface RoutingPool {
  address(name: string): WorkerAddress | undefined;
  status(): { name: string; kind?: string; state: string; since?: string; retryAfterMs?: number }[];
  probeNow(name: string): void;
  onReady?(listener: (address: WorkerAddress) => void): () => void;
}

/** The cameras of the gateway. */
export interface RoutingDirectory extends Pick<SpreadOptions['directory'], 'has' | 'weights'> {
  /** Name of the agent that reaches a camera; undefined: the gateway itself. */
  agentOf?(cameraId: string): string | undefined;
  /** Labels that the worker of a camera must carry; by default none. */
  labelsOf?(cameraId: string): Labels;
  /** False until the stored cameras have been read for the first time. */
  isLoaded: boolean;
}

/** Who decides in place of this gateway alone. */
export interface CameraOwners {
  /** Empty: none has it. */
  workerOf(cameraId: string): string;
  /** Chooses for a camera that a client connects with labels; empty: none can have it. */
  choose(cameraId: string, labels: Labels): string;
}

export interface CameraRoutingOptions {
  directory: RoutingDirectory;
  pool: RoutingPool;
  /** Names of the workers that cameras are spread over; {@link CameraRouting.spreadOver} replaces them. */
  workers: readonly string[];
  /** Says where cameras are, in place of this gateway alone; empty: a camera has no worker. */
  owners?: CameraOwners | undefined;
  /** What a worker carries; by default nothing. */
  labelsOf?: ((worker: string) => Labels) | undefined;
  /** Names of workers that run only cameras that {@link CameraRouting.place} puts there. */
  apart?: readonly string[];
}

const RETRY_AFTER_S = 1;

/** The one answer to "where is this camera?". */
export class CameraRouting {
  readonly #directory: RoutingDirectory;
  readonly #pool: RoutingPool;
  readonly #apart: readonly string[];
  #further: readonly string[] = [];
  readonly #spread: Spread;
  readonly #labelsOf: (worker: string) => Labels;
  /** Cameras that are put apart. */
  readonly #placements = new Map<string, string>();
  readonly #decided: CameraRoutingOptions['owners'];
  readonly #events = new EventEmitter<{ placement: [string]; workers: [readonly string[]] }>();
  readonly #ties = new CameraTies((cameraId) => [this.nameOf(cameraId), this.mirrorNameOf(cameraId)]);
  #turn = 0;
  #canMirror: (worker: string) => boolean = () => false;

  constructor(options: CameraRoutingOptions) {
    const { directory, pool, workers, apart = [], owners, labelsOf = unlabelled } = options;
    this.#directory = directory;
    this.#pool = pool;
    this.#labelsOf = labelsOf;
    this.#spread = new Spread({ directory, workers, labelsOf });
    this.#apart = apart;
    this.#decided = owners;
    this.onPlacement((cameraId) => this.#ties.moved(cameraId));
    pool.onReady?.((address) => this.#ties.ready(address));
  }

  /** Names of the workers that run cameras. */
  get workers(): readonly string[] {
    return [...this.#spread.workers, ...this.#apart, ...this.#further];
  }

  /** Replaces the workers that cameras are spread over; only cameras concerned move. */
  spreadOver(workers: readonly string[]): void {
    const moved = this.#spread.over(workers);
    this.#events.emit('workers', this.workers);
    for (const cameraId of moved) this.#events.emit('placement', cameraId);
  }

  /** Labels of cameras or workers changed: what its worker may not run any more moves. */
  fit(): void {
    for (const cameraId of this.#spread.fit()) this.#events.emit('placement', cameraId);
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

  /** The worker of a camera, known or not. @throws AppError `worker-not-ready` with `Retry-After`, `no-worker-with-labels` */
  ownerOf(cameraId: string): WorkerAddress {
    const name = this.nameOf(cameraId);
    const lack = this.#pool.address(name) === undefined ? this.lackOf(cameraId) : undefined;
    if (lack !== undefined) throw lack;
    return this.#expectReady(name);
  }

  /** Why a camera can have no worker here: none carries its labels, or another gateway keeps it apart. */
  lackOf(cameraId: string): AppError | undefined {
    const labels = this.#directory.labelsOf?.(cameraId) ?? NO_LABELS;
    const isAtAgent = this.#directory.agentOf?.(cameraId) !== undefined;
    const placed = this.#placements.get(cameraId);
    if (placed === NO_WORKER)
      return new AppError('camera-quarantined', `Camera ${cameraId} is in quarantine at another gateway`);
    return isAtAgent || placed !== undefined ? undefined : this.#lack(labels);
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
   * @throws AppError `worker-not-ready`, `no-worker-with-labels`, `agent-offline`, `invalid-field` for an agent that
   * does not exist
   */
  workerAt(agent: string | undefined, cameraId: string, labels = NO_LABELS): WorkerAddress {
    if (agent !== undefined) return this.#workerOf(agent);
    const own = this.#ownName(cameraId);
    if (carries(this.#labelsOf(own), labels)) return this.#expectReady(own);
    const lack = this.#lack(labels);
    if (lack !== undefined) throw lack;
    return this.#expectReady((this.#decided ?? this.#spread).choose(cameraId, labels));
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
    const placed = this.#placements.get(cameraId);
    return placed ?? (this.#decided ?? this.#spread).workerOf(cameraId);
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
   * @param labels that it must carry
   * @throws AppError `worker-not-ready`, `no-worker-with-labels`, `agent-offline`, `invalid-field` for an agent that
   * does not exist
   */
  anyReady(agent?: string, labels: Labels = NO_LABELS): WorkerAddress {
    if (agent !== undefined) return this.#workerOf(agent);
    const lack = this.#lack(labels);
    if (lack !== undefined) throw lack;
    const ready = this.#spread.carriers(labels).flatMap((name) => this.#pool.address(name) ?? []);
    this.#turn += 1;
    const worker = ready[this.#turn % ready.length];
    if (worker === undefined) throw this.#notReady(this.workers[0] ?? NO_WORKER);
    return worker;
  }

  /** Reports a worker that did not answer; the supervisor probes it immediately. */
  report(worker: string): void {
    this.#pool.probeNow(worker);
  }

  #lack(labels: Labels): AppError | undefined {
    if (Object.keys(labels).length === 0 || this.#spread.carriers(labels).length > 0) return undefined;
    return new AppError('no-worker-with-labels', `No worker with ${labelsText(labels)}`, {
      retryAfter: RETRY_AFTER_S,
      extra: { labels },
    });
  }

  /** @throws AppError `invalid-field` for an agent that does not exist */
  expectAgent(agent: string): void {
    if (this.#further.includes(agentWorker(agent))) return;
    throw new AppError('invalid-field', `agent: there is no agent ${agent}`, { field: 'agent' });
  }

  #workerOf(agent: string): WorkerAddress {
    this.expectAgent(agent);
    return this.#expectReady(agentWorker(agent));
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
    const message =
      name === NO_WORKER ? 'No worker is ready' : `Worker ${name} is not ready (${state ?? 'unknown'})`;
    return new AppError('worker-not-ready', message, {
      retryAfter: retryAfterMs === undefined ? RETRY_AFTER_S : retryAfterMs / 1000,
      extra: name === NO_WORKER ? {} : { worker: name, state },
    });
  }
}
