/** Workers of other gateways, as the database names them: they are reached, never probed, and given no orders. */
import { EventEmitter } from 'node:events';
import { type Labels, NO_LABELS } from '#shared/worker-labels.ts';
import type { WorkerStatus } from '../supervisor/worker-status.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import type { KnownWorker } from './placement-repository.ts';

/** What is sealed in the column `address`. */
export type SealedAddress = Pick<WorkerAddress, 'origin' | 'token'>;

export interface PeerPoolOptions {
  /** Opens an address; undefined where it cannot be read. */
  unseal: (sealed: string) => SealedAddress | undefined;
}

interface Peer {
  address: WorkerAddress;
  labels: Labels;
  since: Date;
}

/** Knows what {@link PeerPool.update} told it last. */
export class PeerPool {
  readonly #options: PeerPoolOptions;
  readonly #peers = new Map<string, Peer>();
  readonly #events = new EventEmitter<{ ready: [WorkerAddress]; down: [string] }>();

  constructor(options: PeerPoolOptions) {
    this.#options = options;
  }

  start(): void {}

  async stop(): Promise<void> {}

  probeNow(): void {}

  /** @param workers of other gateways whose lease lasts */
  update(workers: readonly KnownWorker[]): void {
    const addresses = new Map(workers.flatMap((worker) => this.#addressOf(worker) ?? []));
    const labels = new Map(workers.map((worker) => [worker.name, JSON.parse(worker.labels) as Labels]));
    for (const [name, { address }] of this.#peers) {
      const now = addresses.get(name);
      if (now !== undefined && now.origin === address.origin && now.token === address.token) continue;
      this.#peers.delete(name);
      this.#events.emit('down', name);
    }
    for (const [name, address] of addresses) {
      const known = this.#peers.get(name);
      const since = known?.since ?? new Date();
      this.#peers.set(name, { address, labels: labels.get(name) ?? NO_LABELS, since });
      if (known === undefined) this.#events.emit('ready', address);
    }
  }

  status(): WorkerStatus[] {
    return [...this.#peers].map(([name, { address, labels, since }]) => ({
      ...({ name, kind: 'remote', state: 'ready', isRequired: false, pid: undefined } as const),
      port: Number(new URL(address.origin).port) || undefined,
      ...{ epoch: address.epoch, restarts: 0, recycles: 0, flapping: false },
      since: since.toISOString(),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
    }));
  }

  address(name: string): WorkerAddress | undefined {
    return this.#peers.get(name)?.address;
  }

  onReady(listener: (address: WorkerAddress) => void): () => void {
    for (const { address } of this.#peers.values()) listener(address);
    this.#events.on('ready', listener);
    return () => void this.#events.off('ready', listener);
  }

  onDown(listener: (name: string) => void): () => void {
    this.#events.on('down', listener);
    return () => void this.#events.off('down', listener);
  }

  #addressOf({ name, address, term }: KnownWorker): [[string, WorkerAddress]] | undefined {
    const opened = address === null ? undefined : this.#options.unseal(address);
    if (opened === undefined) return undefined;
    return [[name, { name, ...opened, term, epoch: 1, isRemote: true, details: {} }]];
  }
}
