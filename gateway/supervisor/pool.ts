/** All workers of a gateway: started together, stopped in reverse order, found by name. */
import { EventEmitter } from 'node:events';
import type { Logger } from '#shared/logger.ts';
import { PortAllocator } from './port-allocator.ts';
import type { RunRegistry } from './run-registry.ts';
import { Slot, type WorkerAddress, type WorkerStatus } from './slot.ts';
import type { WorkerSpec } from './worker-spec.ts';

/** What a pool is made of. */
export interface PoolOptions {
  specs: WorkerSpec[];
  registry: RunRegistry;
  baseEnv: Record<string, string>;
  log: Logger;
}

/** The pool. One slot's death stops no other (`one_for_one`). */
export class WorkerPool {
  readonly #slots: Map<string, Slot>;
  readonly #events = new EventEmitter<{ ready: [WorkerAddress]; down: [string] }>();

  constructor({ specs, registry, baseEnv, log }: PoolOptions) {
    const ports = new PortAllocator();
    const onReady = (address: WorkerAddress): void => void this.#events.emit('ready', address);
    const onDown = (name: string): void => void this.#events.emit('down', name);
    this.#slots = new Map(
      specs.map((spec) => [spec.name, new Slot({ spec, ports, registry, baseEnv, log, onReady, onDown })]),
    );
  }

  /** Starts every slot; waits for none. */
  start(): void {
    for (const slot of this.#slots.values()) slot.start();
  }

  /** Stops every worker; resolves when all are gone. */
  async stop(): Promise<void> {
    await Promise.all([...this.#slots.values()].reverse().map((slot) => slot.stop()));
  }

  /** Kills every worker at once, without waiting. */
  kill(): void {
    for (const slot of this.#slots.values()) slot.kill();
  }

  /** Stops one worker for good. */
  async stopWorker(name: string): Promise<void> {
    await this.#slots.get(name)?.stop();
  }

  status(): WorkerStatus[] {
    return [...this.#slots.values()].map((slot) => slot.status());
  }

  /** Where a worker is, while it is ready. */
  address(name: string): WorkerAddress | undefined {
    return this.#slots.get(name)?.address;
  }

  /** Calls on every time a worker becomes ready. @returns the function that ends it */
  onReady(listener: (address: WorkerAddress) => void): () => void {
    this.#events.on('ready', listener);
    return () => void this.#events.off('ready', listener);
  }

  /** Calls on every time a worker that was ready is not any more. @returns the function that ends it */
  onDown(listener: (name: string) => void): () => void {
    this.#events.on('down', listener);
    return () => void this.#events.off('down', listener);
  }

  /** Probes a worker now: somebody found it not answering. */
  kick(name: string): void {
    this.#slots.get(name)?.kick();
  }

  /** Replaces a worker. */
  restart(name: string): void {
    this.#slots.get(name)?.restart();
  }
}
