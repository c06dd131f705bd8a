/** All workers of a gateway: started together, stopped in reverse order, found by name. */
import { EventEmitter } from 'node:events';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { PortAllocator } from './port-allocator.ts';
import type { RunRegistry } from './run-registry.ts';
import { Slot } from './slot.ts';
import { findLauncher } from './worker-process.ts';
import type { WorkerSpec } from './worker-spec.ts';
import type { WorkerStatus } from './worker-status.ts';

export interface PoolOptions {
  specs: WorkerSpec[];
  registry: RunRegistry;
  /** The part of our environment that workers may see. */
  baseEnv: Record<string, string>;
  log: Logger;
  /** Learns the tokens of workers, so that no log line shows one. */
  redactor?: Redactor;
  /** The node binary that runs workers; ours by default. */
  node?: string;
  /** Words put before `node`; by default whatever ties a worker's life to ours on this platform. */
  launcher?: readonly string[];
}

/** The pool. One slot's death stops no other (`one_for_one`). */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #slots: Map<string, Slot>;
  readonly #events = new EventEmitter<{ ready: [WorkerAddress]; down: [string] }>();
  #launcher: Promise<readonly string[]> | undefined;
  #isStopping = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    const surroundings = {
      ...options,
      ports: new PortAllocator(),
      launcher: () => this.#findLauncher(),
      onReady: (address: WorkerAddress) => this.#tell(() => this.#events.emit('ready', address)),
      onDown: (name: string) => this.#tell(() => this.#events.emit('down', name)),
    };
    this.#slots = new Map(options.specs.map((spec) => [spec.name, new Slot(spec, surroundings)]));
  }

  /** Ends what an earlier gateway left behind, then starts every slot; waits for none of it. */
  start(): void {
    void this.#options.registry.reapOrphans().then(() => {
      if (this.#isStopping) return;
      for (const slot of this.#slots.values()) slot.start();
    });
  }

  /** Stops every worker, the last one first, together; resolves when all are gone or cannot be killed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#slots.values()].reverse().map((slot) => slot.stop()));
  }

  /** Kills every worker at once, without waiting. */
  kill(): void {
    this.#isStopping = true;
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

  /** Replaces a worker; one that had failed for good gets a new chance. */
  restart(name: string): void {
    this.#slots.get(name)?.restart();
  }

  #findLauncher(): Promise<readonly string[]> {
    const { launcher, baseEnv } = this.#options;
    this.#launcher ??= launcher === undefined ? findLauncher(baseEnv) : Promise.resolve(launcher);
    return this.#launcher;
  }

  /** A listener's fault is not the worker's. */
  #tell(emit: () => void): void {
    try {
      emit();
    } catch (error) {
      this.#options.log.error({ err: error }, 'a listener of the worker pool failed');
    }
  }
}
