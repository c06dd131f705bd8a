/** The workers to which this gateway gives orders: those that it keeps, each with the term of the orders. */
import { EventEmitter } from 'node:events';
import type { WorkerAddress } from '../worker-access/worker-address.ts';

/** The pool of all workers. */
export interface AllWorkersPool {
  address(name: string): WorkerAddress | undefined;
  onReady(listener: (address: WorkerAddress) => void): () => void;
  onDown(listener: (name: string) => void): () => void;
}

/** A pool of some of the workers of another pool. */
export class KeptPool {
  readonly #pool: AllWorkersPool;
  readonly #keeps: (worker: string) => boolean;
  readonly #told = new Set<string>();
  readonly #events = new EventEmitter<{ ready: [WorkerAddress]; down: [string] }>();
  readonly #ends: (() => void)[];

  /** @param keeps whether this gateway gives a worker orders */
  constructor(pool: AllWorkersPool, keeps: (worker: string) => boolean) {
    this.#pool = pool;
    this.#keeps = keeps;
    this.#ends = [
      pool.onReady(({ name }) => {
        this.#told.delete(name);
        this.update([name]);
      }),
      pool.onDown((name) => this.update([name])),
    ];
  }

  /** What it keeps changed. @param names all workers concerned */
  update(names: readonly string[]): void {
    for (const name of new Set([...names, ...this.#told])) {
      const address = this.address(name);
      if (address === undefined) {
        if (this.#told.delete(name)) this.#events.emit('down', name);
      } else if (!this.#told.has(name)) {
        this.#told.add(name);
        this.#events.emit('ready', address);
      }
    }
  }

  /** A worker gave up what it ran: it is told everything anew. */
  tellAgain(name: string): void {
    this.#told.delete(name);
    this.update([name]);
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  address(name: string): WorkerAddress | undefined {
    return this.#keeps(name) ? this.#pool.address(name) : undefined;
  }

  onReady(listener: (address: WorkerAddress) => void): () => void {
    for (const name of this.#told) {
      const address = this.address(name);
      if (address !== undefined) listener(address);
    }
    this.#events.on('ready', listener);
    return () => void this.#events.off('ready', listener);
  }

  onDown(listener: (name: string) => void): () => void {
    this.#events.on('down', listener);
    return () => void this.#events.off('down', listener);
  }
}
