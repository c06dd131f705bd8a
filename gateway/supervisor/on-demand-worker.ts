/** Runs a worker only while it is needed, so that an idle machine keeps its memory. */

/** The part of the pool that starts and stops one worker. */
export interface OnDemandPool {
  startWorker(name: string): void;
  retireWorker(name: string): Promise<void>;
}

export interface OnDemandWorkerOptions {
  pool: OnDemandPool;
  /** Name of the slot, whose spec is `isOnDemand`. */
  worker: string;
  /** How long an unneeded worker is kept, milliseconds. */
  idleMs?: number;
}

const IDLE_MS = 60_000;

/** Starts the worker when it is needed and stops it a minute after it is not. */
export class OnDemandWorker {
  readonly #options: OnDemandWorkerOptions;
  #isNeeded = false;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: OnDemandWorkerOptions) {
    this.#options = options;
  }

  /** Whether the worker runs, or is about to. */
  get isNeeded(): boolean {
    return this.#isNeeded;
  }

  /** Says whether it is needed from now on. Idempotent. */
  set isNeeded(isNeeded: boolean) {
    if (isNeeded === this.#isNeeded) return;
    this.#isNeeded = isNeeded;
    const { pool, worker, idleMs = IDLE_MS } = this.#options;
    clearTimeout(this.#idleTimer);
    if (isNeeded) pool.startWorker(worker);
    else this.#idleTimer = setTimeout(() => void pool.retireWorker(worker), idleMs).unref();
  }

  /** Forgets the pending stop; the pool stops its workers itself. */
  close(): void {
    clearTimeout(this.#idleTimer);
  }
}
