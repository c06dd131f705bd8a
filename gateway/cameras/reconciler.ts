/**
 * Makes what the workers run equal to what is wanted: read wanted, read actual,
 * act on the difference, repeat. Start-up, worker restart, edits and repair are
 * this one path.
 */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { sourceId } from '#shared/source-id.ts';
import type { ActualCamera } from '#shared/worker-protocol.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import type { CameraDirectory, KnownCamera } from './camera-directory.ts';
import { listActualCameras, putCamera, removeCamera } from './camera-worker.ts';

/** What the reconciler hears from the pool. */
export interface ReconcilerPool {
  address(name: string): WorkerAddress | undefined;
  onReady(listener: (address: WorkerAddress) => void): () => void;
}

export interface ReconcilerOptions {
  directory: CameraDirectory;
  routing: Pick<CameraRouting, 'nameOf' | 'workers' | 'onPlacement'>;
  pool: ReconcilerPool;
  log: Logger;
  /** Pause between rounds without any event, milliseconds. */
  everyMs?: number;
  /** Pause after a round that failed, milliseconds. */
  retryMs?: number;
}

interface Difference {
  surplus: string[];
  missing: KnownCamera[];
}

const EVERY_MS = 30_000;
const RETRY_MS = 1000;
/** Calls to one worker at a time. */
const MAX_CONCURRENT = 4;

/** Runs from start to close. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #rounds = new Map<string, { running: Promise<void>; isAgainWanted: boolean }>();
  /** Cameras that a client request is connecting right now; the request decides about them. */
  readonly #held = new Map<string, number>();
  readonly #ends: (() => void)[] = [];
  readonly #retries = new Map<string, NodeJS.Timeout>();
  readonly #closing = new AbortController();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Starts listening to workers and wishes. */
  start(): void {
    const { directory, pool, routing, everyMs = EVERY_MS } = this.#options;
    const all = (): void => {
      for (const name of routing.workers) this.#reconcile(name);
    };
    const timer = setInterval(all, everyMs);
    this.#ends.push(
      pool.onReady(({ name }) => {
        if (routing.workers.includes(name)) this.#reconcile(name);
      }),
      directory.onChange(all),
      routing.onPlacement(all),
      () => clearInterval(timer),
    );
    all();
  }

  /** Stops, calls under way included. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const end of this.#ends.splice(0)) end();
    for (const timer of this.#retries.values()) clearTimeout(timer);
    await Promise.all([...this.#rounds.values()].map(({ running }) => running));
  }

  /** Leaves one camera alone until the returned function is called; then looks at it anew. */
  hold(cameraId: string): () => void {
    this.#held.set(cameraId, (this.#held.get(cameraId) ?? 0) + 1);
    return () => {
      const left = (this.#held.get(cameraId) ?? 1) - 1;
      if (left > 0) this.#held.set(cameraId, left);
      else this.#held.delete(cameraId);
      this.#reconcile(this.#options.routing.nameOf(cameraId));
    };
  }

  #reconcile(name: string): void {
    if (this.#ends.length === 0) return;
    const round = this.#rounds.get(name);
    if (round !== undefined) {
      round.isAgainWanted = true;
      return;
    }
    clearTimeout(this.#retries.get(name));
    const entry = { running: Promise.resolve(), isAgainWanted: false };
    this.#rounds.set(name, entry);
    entry.running = this.#runRound(name).finally(() => {
      this.#rounds.delete(name);
      if (entry.isAgainWanted) this.#reconcile(name);
    });
  }

  async #runRound(name: string): Promise<void> {
    const worker = this.#options.pool.address(name);
    if (worker === undefined) return;
    try {
      const actual = await listActualCameras(worker, this.#closing.signal);
      await this.#act(worker, this.#compare(name, actual));
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#options.log.warn({ worker: name, reason: messageOf(error) }, 'cameras could not be reconciled');
      const retry = setTimeout(() => this.#reconcile(name), this.#options.retryMs ?? RETRY_MS);
      this.#retries.set(name, retry);
    }
  }

  #compare(name: string, actual: ActualCamera[]): Difference {
    const { directory, routing } = this.#options;
    const running = new Map(actual.map((camera) => [camera.cameraId, camera.sourceId]));
    const wanted = directory.wanted().filter(({ id }) => routing.nameOf(id) === name);
    const wantedIds = new Set(wanted.map(({ id }) => id));
    const isFree = (id: string): boolean => !this.#held.has(id);
    return {
      surplus: [...running.keys()].filter((id) => isFree(id) && !wantedIds.has(id)),
      missing: wanted.filter(({ id, source }) => isFree(id) && running.get(id) !== sourceId(source)),
    };
  }

  /** Does all that can be done, then throws the first thing that could not. */
  async #act(worker: WorkerAddress, { surplus, missing }: Difference): Promise<void> {
    const { signal } = this.#closing;
    const put = ({ id, source }: KnownCamera) => putCamera(worker, { cameraId: id, source }, signal);
    const work = [
      ...surplus.map((id) => () => removeCamera(worker, id, signal)),
      ...missing.map((camera) => () => put(camera)),
    ];
    if (work.length === 0) return;
    const failures: unknown[] = [];
    const lanes = Array.from({ length: MAX_CONCURRENT }, async () => {
      for (let next = work.shift(); next !== undefined; next = work.shift()) {
        await next().catch((error: unknown) => failures.push(error));
      }
    });
    await Promise.all(lanes);
    if (failures.length > 0) throw failures[0];
    this.#options.log.info(
      { worker: worker.name, added: missing.map(({ id }) => id), removed: surplus },
      'cameras reconciled',
    );
  }
}
