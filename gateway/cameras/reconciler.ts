/**
 * Makes what the workers run equal to what is wanted. Start-up, worker restart, edits
 * and repair take the same path: compare wanted with actual, act on the difference.
 */
import type { CameraSource } from '#shared/camera-source.ts';
import type { Logger } from '#shared/logger.ts';
import { isAgentWorker } from '../worker-access/agent-worker.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { PerWorker } from '../worker-access/per-worker.ts';
import { sourceAt } from '../worker-access/send-video.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import type { CameraDirectory, KnownCamera } from './camera-directory.ts';
import type { VideoCarrier } from './video-carrier.ts';
import { WorkerLane } from './worker-lane.ts';

/** What the reconciler hears from the pool. */
export interface ReconcilerPool {
  address(name: string): WorkerAddress | undefined;
  onReady(listener: (address: WorkerAddress) => void): () => void;
}

export interface ReconcilerOptions {
  directory: CameraDirectory;
  routing: Pick<CameraRouting, 'nameOf' | 'mirrorNameOf' | 'workers' | 'onWorkers' | 'onPlacement'>;
  /** What the worker runs that gives video of an agent's camera; by default there is none. */
  mirrorOf?: ((cameraId: string) => CameraSource | undefined) | undefined;
  pool: ReconcilerPool;
  /** Brings uploaded videos to workers on other machines. */
  carrier: VideoCarrier;
  /** How often a camera moved between workers; undefined where that is not counted. */
  epochOf?: ((cameraId: string) => number | undefined) | undefined;
  log: Logger;
  /** Pause between two checks of everything, milliseconds. */
  everyMs?: number;
  /** Pause after a failure, milliseconds. */
  retryMs?: number;
}

/** Ends a hold. @param actual what the worker runs for the camera now; absent: unknown */
export type Release = (actual?: { sourceId: string | undefined }) => void;

interface Hold {
  /** Requests under way. */
  count: number;
  /** Whether there were several simultaneously. */
  isShared: boolean;
  /** Workers that run the camera for a request, while it moved to another. */
  left: string[];
}

/** Runs from start to close. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #lanes: PerWorker<WorkerLane>;
  /** Cameras that client requests are connecting right now; the requests decide about them. */
  readonly #held = new Map<string, Hold>();
  readonly #ends: (() => void)[] = [];
  #isStarted = false;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#lanes = new PerWorker(
      (name) => this.#createLane(name),
      (lane) => lane.close(),
    );
  }

  /** Starts listening to workers and cameras. */
  start(): void {
    const { directory, routing, pool } = this.#options;
    this.#isStarted = true;
    this.#lanes.retain(routing.workers);
    this.#ends.push(
      routing.onWorkers((workers) => this.#lanes.retain(workers)),
      pool.onReady(({ name }) => this.#lanes.find(name)?.checkAll()),
      directory.onChange((ids) => {
        for (const id of ids) for (const lane of this.#lanesOf(id)) lane.check(id);
      }),
      // Both the worker it leaves and the worker it moves to are concerned.
      routing.onPlacement((id) => {
        for (const lane of this.#lanes.values()) lane.check(id);
      }),
    );
  }

  /** Stops, calls under way included. */
  async close(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
    await this.#lanes.close();
    await this.#options.carrier.close();
  }

  /** Leaves one camera alone until the returned function is called. @param worker the one that is asked, if not its own */
  hold(cameraId: string, worker?: string): Release {
    const hold = this.#held.get(cameraId);
    const { count, left } = hold ?? { count: 0, left: [] };
    this.#held.set(cameraId, { count: count + 1, isShared: hold !== undefined, left });
    return (actual) => this.#release(cameraId, actual, worker);
  }

  #release(cameraId: string, actual: Parameters<Release>[0], worker?: string): void {
    const { count, isShared, left } = this.#held.get(cameraId) ?? { count: 1, isShared: false, left: [] };
    const hasMoved = worker !== undefined && worker !== this.#options.routing.nameOf(cameraId);
    if (hasMoved && actual !== undefined) left.push(worker);
    if (count > 1) {
      this.#held.set(cameraId, { count: count - 1, isShared, left });
      return;
    }
    this.#held.delete(cameraId);
    // Of several simultaneous requests the last to end need not be the last to act.
    const lane = this.#laneOf(cameraId);
    lane?.learn(cameraId, isShared || hasMoved ? undefined : actual);
    for (const name of left) this.#lanes.find(name)?.learn(cameraId, undefined);
    // Those that it left, and that which gives its video, left the camera alone, too.
    for (const other of this.#lanes.values()) if (other !== lane) other.check(cameraId);
  }

  /** Of the worker that has a camera, and of that which gives its video. */
  #lanesOf(cameraId: string): WorkerLane[] {
    const mirror = this.#options.routing.mirrorNameOf(cameraId);
    const lanes = [this.#laneOf(cameraId), mirror === undefined ? undefined : this.#lanes.find(mirror)];
    return lanes.filter((lane) => lane !== undefined);
  }

  #laneOf(cameraId: string): WorkerLane | undefined {
    return this.#lanes.find(this.#options.routing.nameOf(cameraId));
  }

  /** A camera as a worker is to run it; undefined where it is not to. */
  #at(worker: string, camera: KnownCamera | undefined): KnownCamera | undefined {
    const { routing, mirrorOf, pool } = this.#options;
    if (camera === undefined) return undefined;
    if (routing.nameOf(camera.id) === worker)
      return { ...camera, source: sourceAt(pool.address(worker) ?? {}, camera.source) };
    const source = routing.mirrorNameOf(camera.id) === worker ? mirrorOf?.(camera.id) : undefined;
    return source && { ...camera, source };
  }

  #createLane(name: string): WorkerLane {
    const { directory, pool, routing, carrier } = this.#options;
    const lane = new WorkerLane({
      ...this.#options,
      // The number of an agent's camera tells of its video alone.
      epochOf: isAgentWorker(name) ? undefined : this.#options.epochOf,
      name,
      worker: () => pool.address(name),
      wanted: () => directory.wanted().flatMap((camera) => this.#at(name, camera) ?? []),
      find: (id) => this.#at(name, directory.findWanted(id)),
      isHeld: (id) => this.#held.has(id),
      isPrepared: async (worker, id, signal) => {
        const source = directory.findWanted(id)?.source;
        if (worker.isRemote !== true || source === undefined || !('file' in source)) return true;
        const { file } = source;
        // There is none to bring where the upload is gone.
        if (file === '') return true;
        const isWanted = (): boolean => {
          const now = directory.findWanted(id)?.source;
          return routing.nameOf(id) === name && now !== undefined && 'file' in now && now.file === file;
        };
        const video = { cameraId: id, file, isWanted, worker: () => pool.address(name) };
        return carrier.isThere({ ...video, onThere: () => lane.check(id) }, signal);
      },
    });
    if (this.#isStarted) lane.start();
    return lane;
  }
}
