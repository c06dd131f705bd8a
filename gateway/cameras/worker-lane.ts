/** Keeps the cameras of one worker as wanted: one request for each change, a check of everything as repair. */

import type { CameraSource } from '#shared/camera-source.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { sourceId } from '#shared/source-id.ts';
import type { DesiredCamera } from '#shared/worker-protocol.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import type { KnownCamera } from './camera-directory.ts';
import { listActualCameras, putCamera, putCameras, removeCamera } from './camera-worker.ts';

export interface WorkerLaneOptions {
  name: string;
  /** The worker, while it is ready. */
  worker: () => WorkerAddress | undefined;
  /** All cameras that this worker is to run. */
  wanted: () => readonly KnownCamera[];
  /** One of them; undefined for a camera that is not wanted here. */
  find: (id: string) => KnownCamera | undefined;
  /** Whether a client request decides about a camera right now. */
  isHeld: (id: string) => boolean;
  /** Whether the worker has what it needs to run a camera; if not, it is brought there, and the camera checked again. */
  isPrepared: (worker: WorkerAddress, id: string, signal: AbortSignal) => Promise<boolean>;
  /** How often a camera moved; absent where this gateway alone gives the worker orders. */
  epochOf?: ((id: string) => number | undefined) | undefined;
  log: Logger;
  everyMs?: number | undefined;
  retryMs?: number | undefined;
}

const EVERY_MS = 30_000;
const RETRY_MS = 1000;
/** Simultaneous calls to the worker. */
const MAX_CONCURRENT = 4;
/** Fewer cameras are put one by one, so that one that fails says so. */
const LEAST_TOGETHER = 8;
/** Cameras in one request; the first connect while the others are sent. */
const MOST_TOGETHER = 100;
/** Source id of a camera of which it is unknown what the worker runs. */
const UNKNOWN = '?';

/** Runs from start to close. */
export class WorkerLane {
  readonly #options: WorkerLaneOptions;
  readonly #everyMs: number;
  readonly #job: PeriodicJob;
  readonly #changed = new Set<string>();
  /** Source ids of what the worker runs; undefined: it has to be asked. */
  #actual: Map<string, string> | undefined;
  #checkedAt = 0;

  constructor(options: WorkerLaneOptions) {
    const { name, log, everyMs = EVERY_MS, retryMs = RETRY_MS } = options;
    this.#options = options;
    this.#everyMs = everyMs;
    this.#job = new PeriodicJob({
      run: (signal) => this.#run(signal),
      onError: (error) =>
        log.warn({ worker: name, reason: messageOf(error) }, 'cameras could not be reconciled'),
      everyMs,
      retryMs,
    });
  }

  start(): void {
    this.#job.start();
  }

  async close(): Promise<void> {
    await this.#job.close();
  }

  /** Another process runs, or something failed: compares everything. */
  checkAll(): void {
    this.#actual = undefined;
    this.#job.runNow();
  }

  /** One camera changed. */
  check(id: string): void {
    // Another gateway may have connected or disconnected it at the worker, which no one told here.
    if (this.#options.epochOf !== undefined && this.#actual?.has(id)) this.#actual.set(id, UNKNOWN);
    this.#changed.add(id);
    this.#job.runNow();
  }

  /** A client request changed a camera at the worker. @param actual what that runs; undefined: unknown */
  learn(id: string, actual: { sourceId: string | undefined } | undefined): void {
    if (actual !== undefined && actual.sourceId === undefined) this.#actual?.delete(id);
    else this.#actual?.set(id, actual?.sourceId ?? UNKNOWN);
    this.#changed.add(id);
    this.#job.runNow();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const worker = this.#options.worker();
    if (worker === undefined) return;
    const changed = [...this.#changed];
    this.#changed.clear();
    // Changes that follow one another put off the check of everything, but not for ever.
    const isOverdue = performance.now() - this.#checkedAt > 2 * this.#everyMs;
    if (this.#actual === undefined || changed.length === 0 || isOverdue) {
      await this.#checkAll(worker, signal);
      return;
    }
    await this.#act(worker, this.#actual, changed, signal);
  }

  async #checkAll(worker: WorkerAddress, signal: AbortSignal): Promise<void> {
    this.#checkedAt = performance.now();
    this.#actual = undefined;
    const listed = await listActualCameras(worker, signal);
    const actual = new Map(listed.map((camera) => [camera.cameraId, camera.sourceId]));
    this.#actual = actual;
    const ids = new Set([...actual.keys(), ...this.#options.wanted().map(({ id }) => id)]);
    await this.#act(worker, actual, [...ids], signal);
  }

  /** Does all that can be done, then throws the first failure. */
  async #act(
    worker: WorkerAddress,
    actual: Map<string, string>,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const failures: unknown[] = [];
    const queue = ids.filter((id) => !this.#options.isHeld(id));
    const added = await this.#putTogether(worker, actual, queue, signal);
    const done = { added, removed: [] as string[] };
    const lanes = Array.from({ length: MAX_CONCURRENT }, async () => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
        const change = await this.#settle(worker, actual, id, signal).catch((error: unknown) => {
          failures.push(error);
        });
        if (change) done[change].push(id);
      }
    });
    await Promise.all(lanes);
    const { name, log } = this.#options;
    if (done.added.length + done.removed.length > 0)
      log.info({ worker: name, ...done }, 'cameras reconciled');
    if (failures.length === 0) return;
    this.#actual = undefined;
    throw failures[0];
  }

  /** Adds many cameras by few requests; what fails is left to be put one by one. @returns what was added */
  async #putTogether(
    worker: WorkerAddress,
    actual: Map<string, string>,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<string[]> {
    const missing = ids.flatMap((id) => {
      const wanted = this.#options.find(id);
      // A video may have to be brought first.
      const isLate = wanted === undefined || actual.has(id) || 'file' in wanted.source;
      return isLate ? [] : [this.#order(id, wanted.source)];
    });
    const added: string[] = [];
    if (missing.length < LEAST_TOGETHER) return added;
    for (let at = 0; at < missing.length; at += MOST_TOGETHER) {
      const batch = missing.slice(at, at + MOST_TOGETHER);
      try {
        await putCameras(worker, batch, signal);
      } catch {
        return added;
      }
      for (const { cameraId, source } of batch) actual.set(cameraId, sourceId(source));
      added.push(...batch.map(({ cameraId }) => cameraId));
    }
    return added;
  }

  async #settle(
    worker: WorkerAddress,
    actual: Map<string, string>,
    id: string,
    signal: AbortSignal,
  ): Promise<'added' | 'removed' | undefined> {
    const { isHeld, isPrepared } = this.#options;
    // A client request began to decide about it while its turn had not come; it is looked at after that.
    if (isHeld(id)) return undefined;
    const wanted = this.#options.find(id);
    if (wanted === undefined) {
      if (!actual.has(id)) return undefined;
      await removeCamera(worker, id, signal, this.#options.epochOf?.(id));
      actual.delete(id);
      return 'removed';
    }
    if (!(await isPrepared(worker, id, signal)) || isHeld(id)) return undefined;
    const source = sourceId(wanted.source);
    const known = actual.get(id);
    if (known === source) return undefined;
    await putCamera(worker, this.#order(id, wanted.source), signal);
    actual.set(id, source);
    return known === UNKNOWN ? undefined : 'added';
  }

  #order(cameraId: string, source: CameraSource): DesiredCamera {
    const epoch = this.#options.epochOf?.(cameraId);
    return { cameraId, source, ...(epoch === undefined ? {} : { epoch }) };
  }
}
