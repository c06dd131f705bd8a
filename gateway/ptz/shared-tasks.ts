/**
 * Lets every gateway on a PostgreSQL database know, replace and end what a camera does by itself; one gateway runs
 * it. A task whose gateway is gone is over when its lease ends.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { PtzTask } from '#shared/contract/ptz.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { settlesWithin } from '../jobs/pause.ts';
import type { Store } from '../store/store.ts';
import { type KnownTask, TaskRepository } from './task-repository.ts';

export interface SharedTasksOptions {
  store: Pick<Store, 'db' | 'isAvailable'>;
  log: Logger;
  /** From the last renewal to the end of a task whose gateway is gone, milliseconds. */
  leaseMs?: number;
}

interface OwnTask {
  task: PtzTask;
  isOver: boolean;
  /** Ends it. */
  end: (reason: string) => void;
}

const LEASE_MS = 6000;
/** Part of a lease without the database after which a gateway ends its tasks, before another one may begin some. */
const PATIENCE = 0.6;
/** How soon a task learns that another gateway ends it. */
const TELL_MS = 250;
const WAIT_MS = 100;
/** A command of a client waits no longer for the task of another gateway, which then ends later. */
const MAX_WAIT_MS = 8000;
/** A command of a client does not wait for a database that hangs. */
const MAX_TOUCH_MS = 1000;

/** From the first task to close. */
export class SharedTasks {
  readonly #repository: TaskRepository;
  readonly #store: SharedTasksOptions['store'];
  readonly #log: Logger;
  readonly #leaseMs: number;
  readonly #own = new Map<string, OwnTask>();
  /** While this gateway has tasks. */
  #job: PeriodicJob | undefined;
  #toldAt = 0;

  constructor({ store, log, leaseMs = LEASE_MS }: SharedTasksOptions) {
    this.#repository = new TaskRepository(store);
    this.#store = store;
    this.#log = log;
    this.#leaseMs = leaseMs;
  }

  /**
   * Takes a camera for a task of this gateway.
   * @param restMs how long the camera must have been left alone
   * @returns false where another task is running, or the camera was moved since
   * @throws AppError `storage-*`: another gateway may be moving the camera
   */
  async begin(
    cameraId: string,
    task: PtzTask,
    { end, restMs }: { end: (reason: string) => void; restMs: number },
  ): Promise<boolean> {
    const askedAt = performance.now();
    if (!(await this.#repository.begin(cameraId, task, { leaseMs: this.#leaseMs, restMs }))) return false;
    if (this.#own.size === 0) this.#toldAt = askedAt;
    this.#own.set(cameraId, { task, isOver: false, end });
    if (this.#job === undefined) this.#startTelling();
    return true;
  }

  /** A task of this gateway is over: resolves when the others know, or the database is away. */
  async finish(cameraId: string, { id }: PtzTask): Promise<void> {
    const own = this.#own.get(cameraId);
    if (own?.task.id !== id) return;
    own.isOver = true;
    const told = this.#repository.tell([{ cameraId, ...own }], 0).then(() => this.#forget(cameraId, id));
    // What could not be told is told again.
    await settlesWithin(told, MAX_TOUCH_MS);
  }

  /** A client moves the camera: ends what another gateway makes it do. Resolves when that has stopped. */
  async interrupt(cameraId: string, reason: string): Promise<void> {
    if (!this.#store.isAvailable) return;
    const touched = this.#repository.touch(cameraId, reason).catch((error: unknown) => {
      this.#log.warn(
        { cameraId, reason: messageOf(error) },
        'other gateways do not know that a camera is moved',
      );
      return undefined;
    });
    if (!(await settlesWithin(touched, MAX_TOUCH_MS))) return;
    const id = await touched;
    const endAt = performance.now() + MAX_WAIT_MS;
    while (id !== undefined && performance.now() < endAt) {
      const known = await this.#repository.read(cameraId).catch(() => undefined);
      if (known === undefined || !known.isAlive || known.task?.id !== id) return;
      await pause(WAIT_MS);
    }
  }

  /** What is known of a camera at all gateways. @throws AppError `storage-*` */
  async read(cameraId: string): Promise<KnownTask | undefined> {
    const known = await this.#repository.read(cameraId);
    if (known?.task === undefined || known.isAlive || known.task.endedAt !== null) return known;
    const endedAt = new Date(known.until).toISOString();
    const task: PtzTask = { ...known.task, state: 'cancelled', reason: 'gateway-gone', phase: null, endedAt };
    return { ...known, task };
  }

  /** Call when no task is running. */
  async close(): Promise<void> {
    await this.#job?.close();
  }

  #startTelling(): void {
    const job = new PeriodicJob({
      run: async () => {
        if (this.#own.size > 0) return this.#tellAll();
        void job.close();
        this.#job = undefined;
      },
      onError: (error) => this.#onUntold(error),
      everyMs: TELL_MS,
      firstMs: TELL_MS,
    });
    this.#job = job;
    job.start();
  }

  async #tellAll(): Promise<void> {
    const told = [...this.#own].map(([cameraId, own]) => ({ cameraId, own, ...own }));
    const askedAt = performance.now();
    const telling = this.#repository.tell(told, this.#leaseMs);
    if (!(await settlesWithin(telling, this.#leaseMs * PATIENCE)))
      throw new Error('The database does not answer');
    const known = await telling;
    this.#toldAt = askedAt;
    for (const { cameraId, task, isOver, own } of told) {
      const ending = known.get(task.id);
      if (ending === undefined || isOver) this.#forget(cameraId, task.id);
      // Without its row, another gateway has begun one.
      if (ending !== '' && !own.isOver) own.end(ending ?? 'replaced');
    }
  }

  #onUntold(error: unknown): void {
    this.#log.debug({ reason: messageOf(error) }, 'acts of cameras are not told to other gateways');
    if (performance.now() - this.#toldAt < this.#leaseMs * PATIENCE) return;
    // Another gateway may move these cameras now.
    for (const { isOver, end } of this.#own.values()) if (!isOver) end('storage-unavailable');
  }

  #forget(cameraId: string, id: string): void {
    if (this.#own.get(cameraId)?.task.id === id) this.#own.delete(cameraId);
  }
}
