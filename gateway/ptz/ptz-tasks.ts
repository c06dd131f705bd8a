/** What cameras do by themselves: one task per camera, announced, and ended by any command of a person. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { PtzTask } from '#shared/contract/ptz.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';

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
  readonly #entries = new Map<string, Entry>();
  readonly #touchedAt = new Map<string, number>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** What a camera does, or did last; undefined where it has done nothing. */
  get(cameraId: string): PtzTask | undefined {
    return this.#entries.get(cameraId)?.task;
  }

  /** Starts a task in place of a running one. @throws AppError `ptz-busy` for an automatic one that has to give way */
  async start<T>(options: TaskOptions<T>): Promise<StartedTask<T>> {
    const { cameraId, kind, announceSeconds = 0, isAutomatic = false } = options;
    if (isAutomatic) this.#expectIdle(cameraId);
    await this.interrupt(cameraId, 'replaced');
    const now = Date.now();
    const task: PtzTask = {
      id: randomUUID(),
      kind,
      state: 'announced',
      announcedAt: new Date(now).toISOString(),
      startsAt: new Date(now + announceSeconds * 1000).toISOString(),
      endedAt: null,
      reason: null,
      phase: null,
      stops: [],
    };
    const ending = new AbortController();
    const ended = this.#run(task, options, ending.signal);
    ended.catch(() => {});
    this.#entries.set(cameraId, { task, ending, ended });
    this.#log.info({ cameraId, kind, announceSeconds }, 'a camera is going to move by itself');
    return { task, ended };
  }

  /** A person moves the camera: ends what it does by itself. Resolves when that has stopped. */
  async interrupt(cameraId: string, reason = 'operator'): Promise<void> {
    this.#touchedAt.set(cameraId, Date.now());
    const entry = this.#entries.get(cameraId);
    if (entry === undefined || !ACTIVE.includes(entry.task.state)) return;
    entry.task.reason = reason;
    entry.ending.abort();
    await entry.ended.catch(() => {});
  }

  /** Ends all. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((cameraId) => this.interrupt(cameraId, 'stopping')));
  }

  #expectIdle(cameraId: string): void {
    const entry = this.#entries.get(cameraId);
    const endedAt = Date.parse(entry?.task.endedAt ?? '') || 0;
    const restMs = Math.max(this.#touchedAt.get(cameraId) ?? 0, endedAt) + COOL_DOWN_MS - Date.now();
    if (entry !== undefined && ACTIVE.includes(entry.task.state))
      throw new AppError('ptz-busy', `The camera is busy with: ${entry.task.kind}`);
    if (restMs > 0)
      throw new AppError('ptz-busy', 'The camera was moved a moment ago', { retryAfter: restMs / 1000 });
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
      this.#end(task, 'done', reasonOf?.(result) ?? null);
      return result;
    } catch (error) {
      if (signal.aborted) {
        this.#end(task, 'cancelled', task.reason);
        throw new AppError('ptz-interrupted', 'Another command ended this');
      }
      this.#end(task, 'failed', error instanceof AppError ? error.code : 'internal-error');
      this.#log.warn({ cameraId, kind, reason: messageOf(error) }, 'a camera could not go on by itself');
      throw error;
    }
  }

  #end(task: PtzTask, state: PtzTask['state'], reason: string | null): void {
    Object.assign(task, { state, reason, phase: null, endedAt: new Date().toISOString() });
  }
}
