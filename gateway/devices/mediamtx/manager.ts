/**
 * Makes a MediaMTX server carry the cameras of the registry. The server forgets API
 * settings when it restarts or its file is edited, so this is a reconciler: read the
 * desired and the actual paths, act on the difference, repeat.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '#shared/clock.ts';
import { AppError, type ErrorCode, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { maskUrl } from '#shared/redact.ts';
import { type JobReport, JobState } from '../../jobs/job-state.ts';
import type { MediamtxClient } from './client.ts';
import {
  type ManagedCamera,
  type ManagedPath,
  type ManagedPlan,
  managedPath,
  type Ownership,
  planPaths,
} from './managed-path.ts';
import type { MediamtxSeen } from './sync.ts';

/** The cameras for MediaMTX to carry. */
export interface ManagedCameras {
  list(): Promise<ManagedCamera[]>;
  /** Calls `listener` when cameras come, go or change. Returns the unsubscribe function. */
  onChange(listener: () => void): () => void;
}

export interface MediamtxManagerOptions {
  client: Pick<MediamtxClient, 'listPathConfigs' | 'replacePath' | 'deletePath' | 'hasPath'>;
  cameras: ManagedCameras;
  ownership: Ownership;
  /** Whether MediaMTX connects to a camera only while a reader watches its path. */
  isOnDemand: boolean;
  clock: Clock;
  log: Logger;
  /** Whether this gateway makes the changes, and no other on the database. */
  isOurTurn?: () => Promise<boolean>;
  /** Called after the paths that the server has for cameras changed. */
  onApplied?: () => void;
  everyMs?: number;
  /** Poll interval for a path that was just made, milliseconds. */
  settleMs?: number;
}

/** State of the manager. */
export interface MediamtxManagerReport extends JobReport {
  /** Paths in the desired state. */
  managed: number;
  /** Cameras that MediaMTX does not carry, and why. */
  problems: { cameraId: string; reason: string }[];
}

const EVERY_MS = 60_000;
const SETTLE_MS = 100;
/** When to look again for paths that another gateway is about to make, milliseconds. */
const LOOK_AGAIN_MS = 3000;
/** MediaMTX answers before the change is done, which takes up to two seconds. */
const SETTLE_LOOKS = 20;
/** Codes that concern the server, not one camera: the next call would fail too. */
const SERVER_FAILURES = new Set<ErrorCode>([
  'mediamtx-unreachable',
  'mediamtx-timeout',
  'mediamtx-unauthorized',
]);

/** Runs from start to close. */
export class MediamtxManager {
  readonly #options: MediamtxManagerOptions;
  readonly #state: JobState;
  readonly #job: PeriodicJob;
  #endListening: () => void = () => {};
  #wanted = new Map<string, ManagedPath>();
  #problems = new Map<string, string>();
  /** Names of paths that the server has, as of the last complete round. */
  #carried: ReadonlySet<string> = new Set();
  #started: string | undefined;

  constructor(options: MediamtxManagerOptions) {
    const { clock, log, everyMs = EVERY_MS } = options;
    this.#options = options;
    this.#state = new JobState('the management of MediaMTX', clock, log);
    this.#job = new PeriodicJob({
      run: (signal) => this.#reconcile(signal),
      onError: (error) => this.#state.fail(error),
      everyMs,
      clock,
    });
  }

  start(): void {
    this.#endListening = this.#options.cameras.onChange(() => this.#job.runNow());
    this.#job.start();
  }

  async close(): Promise<void> {
    this.#endListening();
    await this.#job.close();
  }

  /** The camera of a path made by this manager. */
  cameraOf(name: string): string | undefined {
    return this.#wanted.get(name)?.cameraId;
  }

  /** Whether the server has a camera, as its last answers said. */
  carries(cameraId: string): boolean {
    const { prefix } = this.#options.ownership;
    return this.#carried.has(`${prefix}${cameraId}`) && !this.#problems.has(cameraId);
  }

  /** The server was started anew or was away: until the next round it counts as having no camera. */
  forget(): void {
    this.#carried = new Set();
    this.#job.runNow();
  }

  /** Takes the sync's result; acts immediately if the server was restarted or a path is missing. */
  observe({ names, started }: MediamtxSeen): void {
    const isRestarted = this.#started !== undefined && started !== this.#started;
    this.#started = started;
    const isMissing = [...this.#wanted].some(
      ([name, { cameraId }]) => !names.has(name) && !this.#problems.has(cameraId),
    );
    if (isRestarted || isMissing) this.#job.runNow();
  }

  report(): MediamtxManagerReport {
    return {
      ...this.#state.report(),
      managed: this.#wanted.size - [...this.#wanted.values()].filter((path) => this.#hasProblem(path)).length,
      problems: [...this.#problems].map(([cameraId, reason]) => ({ cameraId, reason })),
    };
  }

  async #reconcile(signal: AbortSignal): Promise<void> {
    const { client, cameras, ownership, isOurTurn } = this.#options;
    const problems = new Map<string, string>();
    const wanted = this.#readWanted(await cameras.list(), problems);
    const { items, isStable } = await client.listPathConfigs(signal);
    // A name that seems free may be one that was not readable.
    if (!isStable) {
      throw new AppError('mediamtx-invalid-answer', 'The settings of MediaMTX could not be read whole');
    }
    const plan = planPaths([...wanted.values()], items, ownership);
    for (const { cameraId, name } of plan.taken) {
      problems.set(cameraId, `MediaMTX has a path ${name} that was not made here`);
    }
    this.#wanted = wanted;
    const isActing = isOurTurn === undefined || (await isOurTurn());
    const present = new Set(items.map(({ name }) => name));
    if (isActing) await this.#apply(plan, present, problems, signal);
    else if (plan.replace.length > 0) this.#job.runNow(LOOK_AGAIN_MS);
    this.#reportProblems(problems);
    this.#setCarried(plan, isActing);
    this.#state.succeed({ paths: wanted.size });
  }

  #setCarried({ replace, remove }: ManagedPlan, isActing: boolean): void {
    const missing = new Set(isActing ? [] : replace.map(({ name }) => name));
    const carried = new Set([...this.#wanted.keys()].filter((name) => !missing.has(name)));
    const isApplied = isActing && replace.length + remove.length > 0;
    const isSame = !isApplied && [...carried].join() === [...this.#carried].join();
    this.#carried = carried;
    if (!isSame) this.#options.onApplied?.();
  }

  #readWanted(cameras: readonly ManagedCamera[], problems: Map<string, string>): Map<string, ManagedPath> {
    const { ownership, isOnDemand } = this.#options;
    const wanted = new Map<string, ManagedPath>();
    for (const camera of cameras) {
      try {
        const path = managedPath(camera, ownership, isOnDemand);
        wanted.set(path.name, path);
      } catch (error) {
        problems.set(camera.id, messageOf(error));
      }
    }
    return wanted;
  }

  /** One at a time: versions up to v1.20.0 can lock up on simultaneous changes. */
  async #apply(
    { replace, remove }: ManagedPlan,
    existing: ReadonlySet<string>,
    problems: Map<string, string>,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, log, ownership } = this.#options;
    for (const name of remove) {
      const cameraId = name.slice(ownership.prefix.length);
      await attempt(cameraId, problems, () => client.deletePath(name, signal));
    }
    for (const { name, cameraId, config } of replace) {
      await attempt(cameraId, problems, async () => {
        await client.replacePath(name, config, signal);
        if (!existing.has(name)) await this.#settle(name, signal);
      });
    }
    if (replace.length + remove.length === 0) return;
    log.info({ set: replace.map(({ name }) => name), removed: remove }, 'MediaMTX paths reconciled');
  }

  async #settle(name: string, signal: AbortSignal): Promise<void> {
    for (let look = 0; look < SETTLE_LOOKS; look += 1) {
      if (await this.#options.client.hasPath(name, signal)) return;
      await delay(this.#options.settleMs ?? SETTLE_MS, undefined, { signal });
    }
  }

  #hasProblem({ cameraId }: ManagedPath): boolean {
    return this.#problems.has(cameraId);
  }

  #reportProblems(problems: Map<string, string>): void {
    for (const [cameraId, reason] of problems) {
      if (this.#problems.get(cameraId) === reason) continue;
      this.#options.log.warn({ cameraId, reason }, 'a camera cannot be carried by MediaMTX');
    }
    this.#problems = problems;
  }
}

/** One camera's failure must not affect the others. */
async function attempt(
  cameraId: string,
  problems: Map<string, string>,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AppError) || SERVER_FAILURES.has(error.code)) throw error;
    problems.set(cameraId, maskUrl(error.message));
  }
}
