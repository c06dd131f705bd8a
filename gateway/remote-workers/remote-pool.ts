/** Workers that others start: found by a list or a name, probed and leased. */
import { EventEmitter } from 'node:events';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { type Labels, NO_LABELS } from '#shared/worker-labels.ts';
import type { RemoteWorkersConfig } from '../config/remote-workers.ts';
import type { WorkerStatus } from '../supervisor/worker-status.ts';
import type { BrokenWorker } from '../worker-access/quarantine.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { listEndpoints, type NameService } from './endpoints.ts';
import { RemoteWorker } from './remote-worker.ts';

export interface RemotePoolOptions {
  config: RemoteWorkersConfig;
  /** Term of this gateway as the keeper of a worker; undefined: another gateway keeps it. */
  termOf: (worker: string) => number | undefined;
  names?: NameService;
  log: Logger;
}

/** A name is looked up this often, milliseconds. */
const LOOK_UP_MS = 3000;

/** Runs from start to stop. */
export class RemotePool {
  readonly #options: RemotePoolOptions;
  readonly #workers = new Map<string, RemoteWorker>();
  /** Addresses that were told, by name. */
  readonly #told = new Map<string, WorkerAddress>();
  readonly #events = new EventEmitter<{
    ready: [WorkerAddress];
    down: [string];
    broken: [BrokenWorker];
    names: [readonly string[]];
    labels: [];
  }>();
  readonly #lookUp: PeriodicJob;
  #names: readonly string[] = [];
  /** Of each worker as JSON, as told last. */
  #labels = '';
  /** Names that two workers have, which was told. */
  readonly #doubled = new Set<string>();

  constructor(options: RemotePoolOptions) {
    const { config, names, log } = options;
    this.#options = options;
    this.#lookUp = new PeriodicJob({
      run: async () => this.#keep(await listEndpoints(config, names)),
      // Those that are known stay: a name service that is away must not stop cameras.
      onError: (error) => log.warn({ reason: messageOf(error) }, 'workers could not be looked up'),
      everyMs: LOOK_UP_MS,
    });
  }

  start(): void {
    this.#lookUp.start();
  }

  /** Leaves the workers alone from now on; they give their cameras up when the lease is over. */
  async stop(): Promise<void> {
    await this.#lookUp.close();
    await Promise.all([...this.#workers.values()].map((worker) => worker.close()));
  }

  /** Names of the workers that may run cameras: ready, or away for less than a lease; not those that end in order. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** What workers that answer say of themselves, and how long ago they did, milliseconds. */
  answers() {
    return [...this.#workers.values()].flatMap(({ answer, isAnswering, silentMs }) =>
      answer === undefined || !isAnswering ? [] : [{ ...answer, silentMs }],
    );
  }

  status(): WorkerStatus[] {
    return [...this.#workers.values()].map((worker) => worker.status());
  }

  address(name: string): WorkerAddress | undefined {
    return this.#find(name)?.address;
  }

  probeNow(name: string): void {
    this.#find(name)?.probeNow();
  }

  onReady(listener: (address: WorkerAddress) => void): () => void {
    for (const address of this.#told.values()) listener(address);
    this.#events.on('ready', listener);
    return () => void this.#events.off('ready', listener);
  }

  onDown(listener: (name: string) => void): () => void {
    this.#events.on('down', listener);
    return () => void this.#events.off('down', listener);
  }

  onBroken(listener: (broken: BrokenWorker) => void): () => void {
    this.#events.on('broken', listener);
    return () => void this.#events.off('broken', listener);
  }

  /** Calls `listener` with {@link names} when they change, before a new worker is ready. Returns the unsubscribe function. */
  onNames(listener: (names: readonly string[]) => void): () => void {
    this.#events.on('names', listener);
    return () => void this.#events.off('names', listener);
  }

  /** What a worker carries, as it said last. */
  labelsOf(name: string): Labels {
    return this.#find(name)?.answer?.labels ?? NO_LABELS;
  }

  /** Calls `listener` when a worker carries other labels than before. Returns the unsubscribe function. */
  onLabels(listener: () => void): () => void {
    this.#events.on('labels', listener);
    return () => void this.#events.off('labels', listener);
  }

  #keep(origins: readonly string[]): void {
    for (const [origin, worker] of this.#workers) {
      if (origins.includes(origin)) continue;
      // A worker that is gone from the list may live on: its lease ends, and then it is forgotten.
      if (worker.address === undefined && (worker.name === undefined || worker.isLost)) this.#forget(worker);
    }
    for (const origin of origins) if (!this.#workers.has(origin)) this.#add(origin);
  }

  #add(origin: string): void {
    const { config, termOf, log } = this.#options;
    const worker = new RemoteWorker({
      ...{ origin, token: config.secret, termOf },
      onChange: () => this.#update(),
      onTrouble: ({ name }, reason) =>
        log.warn({ worker: name, origin, reason }, 'a remote worker does not answer'),
      onBroken: (broken) => this.#events.emit('broken', broken),
    });
    this.#workers.set(origin, worker);
    worker.start();
  }

  #forget(worker: RemoteWorker): void {
    this.#workers.delete(worker.origin);
    void worker.close();
    this.#update();
  }

  /** The worker of a name: of two, the one that is ready. */
  #find(name: string): RemoteWorker | undefined {
    const all = [...this.#workers.values()].filter((worker) => worker.name === name);
    return all.find(({ address }) => address !== undefined) ?? all[0];
  }

  /** Tells what changed since it was told last. */
  #update(): void {
    const workers = [...this.#workers.values()];
    this.#warnOfDoubles(workers);
    const names = workers.flatMap((worker) =>
      worker.name === undefined || worker.isLost || worker.isEnding ? [] : [worker.name],
    );
    const ready = new Map(
      workers.flatMap(({ address }) => (address === undefined ? [] : [[address.name, address]])),
    );
    for (const [name, told] of this.#told) {
      const now = ready.get(name);
      if (now?.origin === told.origin && now.epoch === told.epoch) continue;
      this.#told.delete(name);
      this.#options.log.warn({ worker: name, origin: told.origin }, 'a remote worker is away');
      this.#events.emit('down', name);
    }
    const sorted = [...new Set(names)].sort();
    if (sorted.join() !== this.#names.join()) {
      this.#names = sorted;
      this.#events.emit('names', sorted);
    }
    const labels = JSON.stringify(sorted.map((name) => this.labelsOf(name)));
    if (labels !== this.#labels) {
      this.#labels = labels;
      this.#events.emit('labels');
    }
    for (const [name, address] of ready) {
      if (this.#told.has(name)) continue;
      this.#told.set(name, address);
      this.#options.log.info({ worker: name, origin: address.origin }, 'a remote worker is ready');
      this.#events.emit('ready', address);
    }
  }

  /** Two processes with one name would take turns with its cameras. */
  #warnOfDoubles(workers: readonly RemoteWorker[]): void {
    const ready = workers.filter(({ address }) => address !== undefined);
    for (const { name = '', origin } of ready) {
      const others = ready.filter((other) => other.name === name);
      if (others.length < 2 || this.#doubled.has(name)) continue;
      this.#doubled.add(name);
      const origins = others.map((other) => other.origin);
      this.#options.log.error(
        { worker: name, origins, origin },
        'two workers have one name: set WORKER_NAME',
      );
    }
  }
}
