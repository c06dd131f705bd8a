/** What cameras do by themselves: one task per camera, announced, and ended by any command of a person. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { PtzTask } from '#shared/contract/ptz.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { SharedTasks } from './shared-tasks.ts';

/** What a running task may tell of itself. */
export interface TaskReport {
  phase(phase: string): void;
  stop(stop: PtzTask['stops'][number]): void;
}

/** A task to be run. */
export interface TaskOptions<T> {
  cameraId: string;
  kind: PtzTask['kind'];
  announceSeconds?: number;
  /** Started by a rule and not by a person: gives way to every other task and to the cool-down. */
  isAutomatic?: boolean;
  /** Resolves with a reason where the end is not plain. */
  run: (signal: AbortSignal, report: TaskReport) => Promise<T>;
  /** Reason of a task that is done. */
  reasonOf?: (result: T) => string | null;
}

/** A task that was started. */
export interface StartedTask<T> {
  task: PtzTask;
  /** @throws what the task throws, `ptz-interrupted` where it was ended */
  ended: Promise<T>;
}

interface Entry {
  task: PtzTask;
  ending: AbortController;
  ended: Promise<unknown>;
}

/** Rules leave a camera alone for this long after a person moved it or a task ended. */
const COOL_DOWN_MS = 30_000;
const ACTIVE: readonly PtzTask['state'][] = ['announced', 'running'];

/** The tasks of all cameras; the last one of each camera is kept. */
export class PtzTasks {
  readonly #log: Logger;
  readonly #shared: SharedTasks | undefined;
  readonly #entries = new Map<string, Entry>();
  readonly #touchedAt = new Map<string, number>();

  /** @param shared what other gateways know; undefined where there is no other */
  constructor(log: Logger, shared?: SharedTasks) {
    this.#log = log;
    this.#shared = shared;
  }

  /**
   * What a camera does, or did last; undefined where it has done nothing.
   * @throws AppError `storage-*` where other gateways may know of a task
   */
  async get(cameraId: string): Promise<PtzTask | undefined> {
    const own = this.#entries.get(cameraId)?.task;
    if (this.#shared === undefined || this.#isActive(cameraId)) return own;
    try {
      return (await this.#shared.read(cameraId))?.task;
    } catch (error) {
      if (own === undefined) throw error;
      return own;
    }
  }

  /**
   * Starts a task in place of a running one.
   * @throws AppError `ptz-busy` for an automatic one that has to give way, `storage-*` where other gateways may move the camera
   */
  async start<T>(options: TaskOptions<T>): Promise<StartedTask<T>> {
    const { cameraId, isAutomatic = false } = options;
    if (isAutomatic) this.#expectIdle(cameraId);
    const shared = this.#shared;
    for (;;) {
      while (this.#isActive(cameraId)) await this.#interruptOwn(cameraId, 'replaced');
      const [task, ending] = [newTask(options), new AbortController()];
      const end = (reason: string): void => endWith({ task, ending }, reason);
      const restMs = isAutomatic ? COOL_DOWN_MS : 0;
      // No pause between the last look and the launch: another start may wait here, too.
      if (shared === undefined || (await shared.begin(cameraId, task, { end, restMs })))
        return this.#launch(task, options, ending);
      if (isAutomatic) throw await this.#busyElsewhere(shared, cameraId);
      await shared.interrupt(cameraId, 'replaced');
    }
  }

  /** A person moves the camera: ends what it does by itself, at any gateway. Resolves when that has stopped. */
  async interrupt(cameraId: string, reason = 'operator'): Promise<void> {
    this.#touchedAt.set(cameraId, Date.now());
    await this.#interruptOwn(cameraId, reason);
    await this.#shared?.interrupt(cameraId, reason);
  }

  /** Ends all. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((cameraId) => this.#interruptOwn(cameraId, 'stopping')));
    await this.#shared?.close();
  }

  #isActive(cameraId: string): boolean {
    const entry = this.#entries.get(cameraId);
    return entry !== undefined && ACTIVE.includes(entry.task.state);
  }

  async #interruptOwn(cameraId: string, reason: string): Promise<void> {
    const entry = this.#entries.get(cameraId);
    if (entry === undefined || !this.#isActive(cameraId)) return;
    endWith(entry, reason);
    await entry.ended.catch(() => {});
  }

  #launch<T>(task: PtzTask, options: TaskOptions<T>, ending: AbortController): StartedTask<T> {
    const { cameraId, kind, announceSeconds = 0 } = options;
    this.#touchedAt.set(cameraId, Date.now());
    const ended = this.#run(task, options, ending.signal);
    ended.catch(() => {});
    this.#entries.set(cameraId, { task, ending, ended });
    this.#log.info({ cameraId, kind, announceSeconds }, 'a camera is going to move by itself');
    return { task, ended };
  }

  async #busyElsewhere(shared: SharedTasks, cameraId: string): Promise<AppError> {
    const known = await shared.read(cameraId);
    if (known?.isAlive === true) return busyWith(known.task?.kind ?? 'another task');
    return movedLately(COOL_DOWN_MS - (known?.restMs ?? 0));
  }

  #expectIdle(cameraId: string): void {
    const entry = this.#entries.get(cameraId);
    const endedAt = Date.parse(entry?.task.endedAt ?? '') || 0;
    const restMs = Math.max(this.#touchedAt.get(cameraId) ?? 0, endedAt) + COOL_DOWN_MS - Date.now();
    if (entry !== undefined && this.#isActive(cameraId)) throw busyWith(entry.task.kind);
    if (restMs > 0) throw movedLately(restMs);
  }

  async #run<T>(task: PtzTask, options: TaskOptions<T>, signal: AbortSignal): Promise<T> {
    const { cameraId, kind, announceSeconds = 0, run, reasonOf } = options;
    const report: TaskReport = {
      phase: (phase) => {
        task.phase = phase;
      },
      stop: (stop) => void task.stops.push(stop),
    };
    try {
      if (announceSeconds > 0) await pause(announceSeconds * 1000, undefined, { signal });
      task.state = 'running';
      const result = await run(signal, report);
      signal.throwIfAborted();
      await this.#end(cameraId, task, 'done', reasonOf?.(result) ?? null);
      return result;
    } catch (error) {
      if (signal.aborted) {
        await this.#end(cameraId, task, 'cancelled', task.reason);
        throw new AppError('ptz-interrupted', 'Another command ended this');
      }
      await this.#end(cameraId, task, 'failed', error instanceof AppError ? error.code : 'internal-error');
      this.#log.warn({ cameraId, kind, reason: messageOf(error) }, 'a camera could not go on by itself');
      throw error;
    }
  }

  async #end(cameraId: string, task: PtzTask, state: PtzTask['state'], reason: string | null): Promise<void> {
    Object.assign(task, { state, reason, phase: null, endedAt: new Date().toISOString() });
    await this.#shared?.finish(cameraId, task);
  }
}

function newTask(
  { kind, announceSeconds = 0 }: Pick<TaskOptions<never>, 'kind' | 'announceSeconds'>,
  now = Date.now(),
): PtzTask {
  return {
    ...{ id: randomUUID(), kind, state: 'announced', stops: [] },
    announcedAt: new Date(now).toISOString(),
    startsAt: new Date(now + announceSeconds * 1000).toISOString(),
    ...{ endedAt: null, reason: null, phase: null },
  };
}

/** The first reason stays. */
function endWith({ task, ending }: Pick<Entry, 'task' | 'ending'>, reason: string): void {
  if (ending.signal.aborted || !ACTIVE.includes(task.state)) return;
  task.reason = reason;
  ending.abort();
}

function busyWith(what: string): AppError {
  return new AppError('ptz-busy', `The camera is busy with: ${what}`);
}

function movedLately(restMs: number): AppError {
  return new AppError('ptz-busy', 'The camera was moved a moment ago', {
    retryAfter: Math.max(0, restMs) / 1000,
  });
}
