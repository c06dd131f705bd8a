/** Workers of every kind behind one interface: children, remote workers, agents. */
import type { BrokenWorker } from './quarantine.ts';
import type { WorkerAddress } from './worker-address.ts';

/** What is known of workers that others start. */
export interface FurtherPool<S extends { name: string }> {
  start(): void;
  stop(): Promise<void>;
  status(): S[];
  address(name: string): WorkerAddress | undefined;
  probeNow(name: string): void;
  onReady(listener: (address: WorkerAddress) => void): () => void;
  onDown(listener: (name: string) => void): () => void;
  onBroken?(listener: (broken: BrokenWorker) => void): () => void;
}

/** The processes of this gateway, which it alone may start and stop. */
export interface ChildPool<S extends { name: string }> extends FurtherPool<S> {
  onBroken(listener: (broken: BrokenWorker) => void): () => void;
  startWorker(name: string): void;
  retireWorker(name: string): Promise<void>;
  kill(): void;
  restart(name: string): void;
}

/** Children and others; a name belongs to the first that knows it. */
export class JoinedPool<S extends { name: string }> implements ChildPool<S> {
  readonly #children: ChildPool<S>;
  readonly #all: readonly FurtherPool<S>[];
  readonly #termOf: (name: string) => number | undefined;

  /** @param termOf term of orders to a worker; undefined for one without lease */
  constructor(
    children: ChildPool<S>,
    further: readonly FurtherPool<S>[],
    termOf: (name: string) => number | undefined = () => undefined,
  ) {
    this.#termOf = termOf;
    this.#children = children;
    this.#all = [children, ...further];
  }

  start(): void {
    for (const pool of this.#all) pool.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map((pool) => pool.stop()));
  }

  status(): S[] {
    return this.#all.flatMap((pool) => pool.status());
  }

  address(name: string): WorkerAddress | undefined {
    for (const pool of this.#all) {
      const address = pool.address(name);
      const term = this.#termOf(name);
      if (address !== undefined) return term === undefined ? address : { ...address, term };
    }
    return undefined;
  }

  probeNow(name: string): void {
    for (const pool of this.#all) pool.probeNow(name);
  }

  onReady(listener: (address: WorkerAddress) => void): () => void {
    return together(this.#all.map((pool) => pool.onReady(listener)));
  }

  onDown(listener: (name: string) => void): () => void {
    return together(this.#all.map((pool) => pool.onDown(listener)));
  }

  onBroken(listener: (broken: BrokenWorker) => void): () => void {
    return together(this.#all.map((pool) => pool.onBroken?.(listener) ?? (() => {})));
  }

  startWorker(name: string): void {
    this.#children.startWorker(name);
  }

  async retireWorker(name: string): Promise<void> {
    await this.#children.retireWorker(name);
  }

  kill(): void {
    this.#children.kill();
  }

  restart(name: string): void {
    this.#children.restart(name);
  }
}

function together(ends: readonly (() => void)[]): () => void {
  return () => {
    for (const end of ends) end();
  };
}
