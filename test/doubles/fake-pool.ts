/** A pool of workers that a test brings up and takes down by hand. */
import { EventEmitter } from 'node:events';
import type { BrokenWorker } from '../../gateway/supervisor/slot.ts';
import type { WorkerStatus } from '../../gateway/supervisor/worker-status.ts';
import type { WorkerAddress } from '../../gateway/worker-access/worker-address.ts';

/** Address of a worker, for a test. */
export type ReadyWorker = Pick<WorkerAddress, 'origin' | 'token'> & { details?: Record<string, number> };

/** The supervisor's interface without its processes. */
export class FakePool {
  /** Workers that were probed, in order. */
  readonly probed: string[] = [];
  readonly #statuses = new Map<string, WorkerStatus>();
  readonly #addresses = new Map<string, WorkerAddress>();
  readonly #events = new EventEmitter<{ ready: [WorkerAddress]; down: [string]; broken: [BrokenWorker] }>();

  /** @param names of required workers, not ready yet */
  constructor(names: readonly string[], { optional = [] }: { optional?: readonly string[] } = {}) {
    for (const name of [...names, ...optional]) {
      this.#statuses.set(name, {
        name,
        kind: 'child',
        state: 'starting',
        isRequired: names.includes(name),
        port: undefined,
        pid: undefined,
        epoch: 1,
        restarts: 0,
        recycles: 0,
        since: new Date(0).toISOString(),
        flapping: false,
      });
    }
  }

  /** Makes a worker ready. */
  bringUp(name: string, { origin, token, details = {} }: ReadyWorker): void {
    const status = this.#statusOf(name);
    const address: WorkerAddress = { name, origin, token, epoch: status.epoch, details };
    this.#addresses.set(name, address);
    this.#statuses.set(name, { ...status, state: 'ready', port: Number(new URL(origin).port) });
    this.#events.emit('ready', address);
  }

  /** Takes a worker away, as after its death. */
  takeDown(name: string, change: Partial<WorkerStatus> = {}): void {
    const status = this.#statusOf(name);
    this.#addresses.delete(name);
    this.#statuses.set(name, {
      ...status,
      state: 'backoff',
      epoch: status.epoch + 1,
      restarts: status.restarts + 1,
      ...change,
    });
    this.#events.emit('down', name);
  }

  /** Tells something else of a worker. */
  tell(name: string, change: Partial<WorkerStatus>): void {
    this.#statuses.set(name, { ...this.#statusOf(name), ...change });
  }

  start(): void {}

  async stop(): Promise<void> {}

  kill(): void {}

  /** Workers that were started when they were needed, and are not sent away yet. */
  readonly started: string[] = [];

  startWorker(name: string): void {
    this.started.push(name);
  }

  /** Workers that were sent away. */
  readonly retired: string[] = [];

  async retireWorker(name: string): Promise<void> {
    this.retired.push(name);
    if (this.started.includes(name)) this.started.splice(this.started.indexOf(name), 1);
  }

  /** Tells that a worker broke over cameras. */
  breakDown(broken: BrokenWorker): void {
    this.#events.emit('broken', broken);
  }

  onBroken(listener: (broken: BrokenWorker) => void): () => void {
    this.#events.on('broken', listener);
    return () => void this.#events.off('broken', listener);
  }

  /** Workers that were restarted by hand. */
  readonly restarted: string[] = [];

  restart(name: string): void {
    this.restarted.push(name);
  }

  probeNow(name: string): void {
    this.probed.push(name);
  }

  status(): WorkerStatus[] {
    return [...this.#statuses.values()];
  }

  address(name: string): WorkerAddress | undefined {
    return this.#addresses.get(name);
  }

  onReady(listener: (address: WorkerAddress) => void): () => void {
    for (const address of this.#addresses.values()) listener(address);
    this.#events.on('ready', listener);
    return () => void this.#events.off('ready', listener);
  }

  onDown(listener: (name: string) => void): () => void {
    this.#events.on('down', listener);
    return () => void this.#events.off('down', listener);
  }

  #statusOf(name: string): WorkerStatus {
    const status = this.#statuses.get(name);
    if (status === undefined) throw new Error(`the pool has no worker ${name}`);
    return status;
  }
}
