/** The worker processes of a gateway: started together, stopped in reverse order, found by name. */
import { EventEmitter } from 'node:events';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { PortAllocator } from './port-allocator.ts';
import type { RunRegistry } from './run-registry.ts';
import { type BrokenWorker, Slot, type SlotContext } from './slot.ts';
import { findLauncher } from './worker-process.ts';
import type { WorkerSpec } from './worker-spec.ts';
import type { WorkerStatus } from './worker-status.ts';

export interface PoolOptions {
  specs: WorkerSpec[];
  registry: RunRegistry;
  /** The part of the environment that workers see. */
  baseEnv: Record<string, string>;
  log: Logger;
  /** Learns worker tokens so that no log line shows one. */
  redactor?: Redactor;
  /** Node binary for the workers; `process.execPath` by default. */
  node?: string;
  /** Command prefix before `node`; by default `setpriv --pdeathsig` where it works. */
  launcher?: readonly string[];
}

/** Keeps one slot per spec. One slot's failure stops no other (`one_for_one`). */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #slots: Map<string, Slot>;
  readonly #context: SlotContext;
  readonly #events = new EventEmitter<{
    ready: [WorkerAddress];
    down: [string];
    broken: [BrokenWorker];
  }>();
  /** Workers on demand that are about to be gone. */
  readonly #retiring = new Map<string, Promise<void>>();
  #launcher: Promise<readonly string[]> | undefined;
  #isStopping = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#context = {
      ...options,
      ports: new PortAllocator(),
      launcher: () => this.#findLauncher(),
      onReady: (address: WorkerAddress) => this.#notify(() => this.#events.emit('ready', address)),
      onDown: (name: string) => this.#notify(() => this.#events.emit('down', name)),
      onBroken: (broken: BrokenWorker) => this.#notify(() => this.#events.emit('broken', broken)),
    };
    const started = options.specs.filter(({ isOnDemand }) => isOnDemand !== true);
    this.#slots = new Map(started.map((spec) => [spec.name, new Slot(spec, this.#context)]));
  }

  /** Kills orphans of an earlier gateway, then starts every slot. Does not wait. */
  start(): void {
    void this.#options.registry.reapOrphans().then(() => {
      if (this.#isStopping) return;
      for (const slot of this.#slots.values()) slot.start();
    });
  }

  /** Resolves when each worker's first process runs, or could not be started. Call after {@link start}. */
  async whenSpawned(): Promise<void> {
    await Promise.all([...this.#slots.values()].map((slot) => slot.spawned));
  }

  /** Stops all workers in reverse order; resolves when each has exited or cannot be killed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#slots.values()].reverse().map((slot) => slot.stop()));
  }

  /** Kills every worker immediately, without waiting. */
  kill(): void {
    this.#isStopping = true;
    for (const slot of this.#slots.values()) slot.kill();
  }

  /** Starts a worker that is not started with the others; one that runs is left alone. */
  startWorker(name: string): void {
    const retiring = this.#retiring.get(name);
    if (retiring === undefined) this.#startOnDemand(name);
    else void retiring.then(() => this.#startOnDemand(name));
  }

  /** Stops a worker that is not needed for now, and forgets it until it is started again. */
  async retireWorker(name: string): Promise<void> {
    const retired = this.#slots
      .get(name)
      ?.stop()
      .then(() => {
        this.#slots.delete(name);
        this.#retiring.delete(name);
      });
    if (retired !== undefined) this.#retiring.set(name, retired);
    await retired;
  }

  status(): WorkerStatus[] {
    return [...this.#slots.values()].map((slot) => slot.status());
  }

  /** Address of a worker; undefined unless it is ready. */
  address(name: string): WorkerAddress | undefined {
    return this.#slots.get(name)?.address;
  }

  /**
   * Calls `listener` for each worker that is ready already, and each time one becomes ready: workers start
   * before the parts that listen. Returns the unsubscribe function.
   */
  onReady(listener: (address: WorkerAddress) => void): () => void {
    for (const { address } of this.#slots.values()) if (address !== undefined) listener(address);
    this.#events.on('ready', listener);
    return () => void this.#events.off('ready', listener);
  }

  /** Calls `listener` each time a ready worker stops being ready. Returns the unsubscribe function. */
  onDown(listener: (name: string) => void): () => void {
    this.#events.on('down', listener);
    return () => void this.#events.off('down', listener);
  }

  /** Calls `listener` each time work on cameras may have broken a worker. Returns the unsubscribe function. */
  onBroken(listener: (broken: BrokenWorker) => void): () => void {
    this.#events.on('broken', listener);
    return () => void this.#events.off('broken', listener);
  }

  /** Probes a worker immediately: a caller found it not answering. */
  probeNow(name: string): void {
    this.#slots.get(name)?.probeNow();
  }

  /** Replaces a worker and resets its failure counters. */
  restart(name: string): void {
    this.#slots.get(name)?.restart();
  }

  #startOnDemand(name: string): void {
    const spec = this.#options.specs.find((candidate) => candidate.name === name);
    if (spec === undefined || this.#isStopping || this.#slots.has(name)) return;
    const slot = new Slot(spec, this.#context);
    this.#slots.set(name, slot);
    // Records of an earlier gateway must be gone before this worker has its own.
    void this.#options.registry.reapOrphans().then(() => slot.start());
  }

  #findLauncher(): Promise<readonly string[]> {
    const { launcher, baseEnv } = this.#options;
    this.#launcher ??= launcher === undefined ? findLauncher(baseEnv) : Promise.resolve(launcher);
    return this.#launcher;
  }

  /** A listener's error must not affect the slot. */
  #notify(emit: () => void): void {
    try {
      emit();
    } catch (error) {
      this.#options.log.error({ err: error }, 'a listener of the worker pool failed');
    }
  }
}
