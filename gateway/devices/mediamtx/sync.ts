/** Keeps the paths of a MediaMTX server among the devices: the database is what clients read, never the server. */
import { EventEmitter } from 'node:events';
import type { Logger } from '#shared/logger.ts';
import type { Clock } from '../../jobs/clock.ts';
import { type JobReport, JobState } from '../../jobs/job-state.ts';
import { Rounds } from '../../jobs/rounds.ts';
import type { DeviceRepository } from '../device-repository.ts';
import type { MediamtxClient, MediamtxInfo } from './client.ts';
import { type MediamtxSight, mediamtxRecords } from './metadata.ts';
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
  /** Paths whose names begin so are no devices: what we publish ourselves must not come back as a camera. */
  excludePrefix?: string | undefined;
  /** The camera of our registry that a path was made for. */
  cameraOf?: (name: string) => string | undefined;
  everyMs?: number;
  random?: () => number;
}

/** How the sync is getting on. */
export interface MediamtxSyncReport extends JobReport {
  /** Paths of the last success. */
  paths: number;
  /** Of those, how many could not be read. */
  skipped: number;
  version: string | null;
}

/** What a success has seen. */
export interface MediamtxSeen {
  names: ReadonlySet<string>;
  /** When the server started, where it tells. */
  started: string | undefined;
}

const EVERY_MS = 60_000;

/** Runs from start to close. */
export class MediamtxSync {
  readonly #options: MediamtxSyncOptions;
  readonly #state: JobState;
  readonly #onDemand: OnDemandPaths;
  readonly #rounds: Rounds;
  readonly #events = new EventEmitter<{ seen: [MediamtxSeen] }>();
  #last = { paths: 0, skipped: 0 };
  #info: MediamtxInfo | undefined;

  constructor(options: MediamtxSyncOptions) {
    const { client, clock, log, everyMs = EVERY_MS, random } = options;
    this.#options = options;
    this.#state = new JobState('the MediaMTX sync', clock, log);
    this.#onDemand = new OnDemandPaths(client, clock, log);
    this.#rounds = new Rounds({
      run: (signal) => this.#sync(signal),
      onError: (error) => this.#state.fail(error),
      everyMs,
      clock,
      ...(random === undefined ? {} : { random }),
    });
  }

  start(): void {
    this.#rounds.start();
  }

  /** Looks now instead of at the next turn. */
  kick(): void {
    this.#rounds.kick();
  }

  async close(): Promise<void> {
    await this.#rounds.close();
  }

  report(): MediamtxSyncReport {
    return { ...this.#state.report(), ...this.#last, version: this.#info?.version ?? null };
  }

  /** Calls after every success. @returns the function that ends it */
  onSeen(listener: (seen: MediamtxSeen) => void): () => void {
    this.#events.on('seen', listener);
    return () => void this.#events.off('seen', listener);
  }

  /** Nothing is stored unless every page came whole. */
  async #sync(signal: AbortSignal): Promise<void> {
    const { client, repository, server, clock, excludePrefix } = this.#options;
    const { items, skipped, skippedNames, isStable } = await client.listPaths(signal);
    await this.#learnServer(signal);
    const paths = items.filter(({ name }) => !excludePrefix || !name.startsWith(excludePrefix));
    await this.#onDemand.refresh(paths, signal);
    signal.throwIfAborted();
    const sight: MediamtxSight = {
      server,
      paths,
      skippedNames,
      isStable,
      seenAt: clock.now(),
      whepBase: this.#options.whepBase,
      isOnDemand: (path) => this.#onDemand.has(path),
      cameraOf: this.#options.cameraOf ?? (() => undefined),
    };
    await repository.reconcile(server, sight.seenAt, (known) => mediamtxRecords(sight, known));
    this.#last = { paths: items.length, skipped };
    this.#state.succeed({ ...this.#last, version: this.#info?.version });
    const names = new Set(items.map(({ name }) => name));
    this.#events.emit('seen', { names, started: this.#info?.started });
  }

  /** Only tells more about a server that has answered already, so its failure is none of the sync. */
  async #learnServer(signal: AbortSignal): Promise<void> {
    const info = await this.#options.client.info(signal).catch(() => this.#info);
    if (info?.started !== this.#info?.started) this.#onDemand.forget();
    this.#info = info;
  }
}
