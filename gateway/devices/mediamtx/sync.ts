/** Mirrors the paths of a MediaMTX server as devices: clients read the database, never the server. */
import { EventEmitter } from 'node:events';
import type { Clock } from '#shared/clock.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { type JobReport, JobState } from '../../jobs/job-state.ts';
import type { DeviceRepository } from '../device-repository.ts';
import type { MediamtxClient, MediamtxInfo } from './client.ts';
import { type MediamtxSnapshot, mediamtxRecords } from './metadata.ts';
import { OnDemandPaths } from './on-demand-paths.ts';

export interface MediamtxSyncOptions {
  client: Pick<MediamtxClient, 'info' | 'listPaths' | 'listPathConfigs'>;
  repository: Pick<DeviceRepository, 'reconcile'>;
  clock: Clock;
  log: Logger;
  /** Name of the server in device keys. */
  server: string;
  /** Base of WHEP addresses; null when the server's WebRTC is off. */
  whepBase: string | null;
  /** Paths with this prefix are not devices: the gateway's own must not come back as cameras. */
  excludePrefix?: string | undefined;
  /** The registry camera that a path was made for. */
  cameraOf?: (name: string) => string | undefined;
  /** Whether this gateway does it, and no other on the database. */
  isOurTurn?: () => Promise<boolean>;
  everyMs?: number;
  random?: () => number;
}

/** State of the sync. */
export interface MediamtxSyncReport extends JobReport {
  /** Paths of the last success. */
  paths: number;
  /** Unreadable ones among them. */
  skipped: number;
  version: string | null;
}

/** Result of a successful reading. */
export interface MediamtxSeen {
  names: ReadonlySet<string>;
  /** When the server started, if it says so. */
  started: string | undefined;
}

const EVERY_MS = 60_000;

/** Runs from start to close. */
export class MediamtxSync {
  readonly #options: MediamtxSyncOptions;
  readonly #state: JobState;
  readonly #onDemand: OnDemandPaths;
  readonly #job: PeriodicJob;
  readonly #events = new EventEmitter<{ seen: [MediamtxSeen] }>();
  #last = { paths: 0, skipped: 0 };
  #info: MediamtxInfo | undefined;

  constructor(options: MediamtxSyncOptions) {
    const { client, clock, log, everyMs = EVERY_MS, random } = options;
    this.#options = options;
    this.#state = new JobState('the MediaMTX sync', clock, log);
    this.#onDemand = new OnDemandPaths(client, clock, log);
    this.#job = new PeriodicJob({
      run: (signal) => this.#sync(signal),
      onError: (error) => this.#state.fail(error),
      everyMs,
      clock,
      ...(random === undefined ? {} : { random }),
    });
  }

  start(): void {
    this.#job.start();
  }

  /** Reads immediately instead of at the next interval. */
  runNow(): void {
    this.#job.runNow();
  }

  async close(): Promise<void> {
    await this.#job.close();
  }

  report(): MediamtxSyncReport {
    return { ...this.#state.report(), ...this.#last, version: this.#info?.version ?? null };
  }

  /** Calls `listener` after every success. Returns the unsubscribe function. */
  onSeen(listener: (seen: MediamtxSeen) => void): () => void {
    this.#events.on('seen', listener);
    return () => void this.#events.off('seen', listener);
  }

  /** Stores nothing unless every page is complete. */
  async #sync(signal: AbortSignal): Promise<void> {
    const { client, repository, server, clock, excludePrefix, isOurTurn } = this.#options;
    if (isOurTurn !== undefined && !(await isOurTurn())) return this.#state.standBy();
    const { items, skipped, skippedNames, isStable } = await client.listPaths(signal);
    await this.#learnServer(signal);
    const paths = items.filter(({ name }) => !excludePrefix || !name.startsWith(excludePrefix));
    await this.#onDemand.refresh(paths, signal);
    signal.throwIfAborted();
    const snapshot: MediamtxSnapshot = {
      server,
      paths,
      skippedNames,
      isStable,
      seenAt: clock.now(),
      whepBase: this.#options.whepBase,
      isOnDemand: (path) => this.#onDemand.has(path),
      cameraOf: this.#options.cameraOf ?? (() => undefined),
    };
    await repository.reconcile(server, snapshot.seenAt, (known) => mediamtxRecords(snapshot, known));
    this.#last = { paths: items.length, skipped };
    this.#state.succeed({ ...this.#last, version: this.#info?.version });
    const names = new Set(items.map(({ name }) => name));
    this.#events.emit('seen', { names, started: this.#info?.started });
  }

  /** Best effort: a failure here does not fail the sync. */
  async #learnServer(signal: AbortSignal): Promise<void> {
    const info = await this.#options.client.info(signal).catch(() => this.#info);
    if (info?.started !== this.#info?.started) this.#onDemand.forget();
    this.#info = info;
  }
}
