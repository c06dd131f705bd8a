/**
 * Makes what the workers run equal to what is wanted: read wanted, read actual,
 * act on the difference, repeat. Start-up, worker restart, edits and repair are
 * this one path.
 */
import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { sourceId } from '#shared/source-id.ts';
import type { WorkerAddress } from '../supervisor/worker-status.ts';
import type { CameraDirectory, WantedCamera } from './camera-directory.ts';
import type { CameraOwners } from './camera-owners.ts';
import { listActualCameras, putCamera, removeCamera } from './worker-client.ts';

/** What the reconciler hears from the pool. */
export interface ReconcilerPool {
  address(name: string): WorkerAddress | undefined;
  onReady(listener: (address: WorkerAddress) => void): () => void;
}

/** What a reconciler is made of. */
export interface ReconcilerOptions {
  directory: CameraDirectory;
  owners: CameraOwners;
  pool: ReconcilerPool;
  log: Logger;
  /** Pause between rounds without any event, milliseconds. */
  everyMs?: number;
}

const EVERY_MS = 15_000;
/** Calls to one worker at a time. */
const MAX_CONCURRENT = 4;

/** Runs from start to close. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #rounds = new Map<string, { running: Promise<void>; isAgainWanted: boolean }>();
  /** Cameras that a client request is connecting right now; the request decides about them. */
  readonly #held = new Map<string, number>();
  readonly #ends: (() => void)[] = [];

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Starts listening to workers and wishes. */
  start(): void {
    const { directory, pool, owners, everyMs = EVERY_MS } = this.#options;
    const all = (): void => {
      for (const name of owners.workers) this.#reconcile(name);
    };
    const timer = setInterval(all, everyMs);
    this.#ends.push(
      pool.onReady(({ name }) => {
        if (owners.workers.includes(name)) this.#reconcile(name);
      }),
      directory.onChange(all),
      () => clearInterval(timer),
    );
    all();
  }

  /** Stops and waits for calls under way. */
  async close(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
    await Promise.all([...this.#rounds.values()].map(({ running }) => running));
  }

  /** Leaves one camera alone until the returned function is called. */
  hold(cameraId: string): () => void {
    this.#held.set(cameraId, (this.#held.get(cameraId) ?? 0) + 1);
    return () => {
      const left = (this.#held.get(cameraId) ?? 1) - 1;
      if (left > 0) this.#held.set(cameraId, left);
      else this.#held.delete(cameraId);
    };
  }

  #reconcile(name: string): void {
    const round = this.#rounds.get(name);
    if (round !== undefined) {
      round.isAgainWanted = true;
      return;
    }
    const entry = { running: Promise.resolve(), isAgainWanted: false };
    this.#rounds.set(name, entry);
    entry.running = this.#runRound(name).finally(() => {
      this.#rounds.delete(name);
      if (entry.isAgainWanted && this.#ends.length > 0) this.#reconcile(name);
    });
  }

  async #runRound(name: string): Promise<void> {
    const worker = this.#options.pool.address(name);
    if (worker === undefined) return;
    try {
      const actual = new Map(
        (await listActualCameras(worker)).map((camera) => [camera.cameraId, camera.sourceId]),
      );
      const wanted = new Map(
        this.#options.directory
          .list()
          .filter(({ id }) => this.#options.owners.nameFor(id) === name)
          .map((camera) => [camera.id, camera]),
      );
      const surplus = [...actual.keys()].filter((id) => !wanted.has(id) && !this.#held.has(id));
      const missing = [...wanted.values()].filter(
        (camera) =>
          !this.#held.has(camera.id) && !isDeepStrictEqual(actual.get(camera.id), sourceId(camera.source)),
      );
      await this.#act(worker, surplus, missing);
    } catch (error) {
      this.#options.log.warn({ worker: name, reason: messageOf(error) }, 'cameras could not be reconciled');
    }
  }

  async #act(worker: WorkerAddress, surplus: string[], missing: WantedCamera[]): Promise<void> {
    if (surplus.length + missing.length === 0) return;
    const work = [
      ...surplus.map((id) => () => removeCamera(worker, id)),
      ...missing.map(
        ({ id, source }) =>
          () =>
            putCamera(worker, { cameraId: id, source }),
      ),
    ];
    const lanes = Array.from({ length: MAX_CONCURRENT }, async () => {
      for (let next = work.shift(); next !== undefined; next = work.shift()) await next();
    });
    await Promise.all(lanes);
    this.#options.log.info(
      { worker: worker.name, added: missing.map(({ id }) => id), removed: surplus },
      'cameras reconciled',
    );
  }
}
