/** The leases of this gateway's workers in PostgreSQL, renewed apart from rounds of placement, which may be slow. */

import { PeriodicJob } from '#shared/periodic-job.ts';
import { LEASE_MS } from '#shared/worker-lease.ts';
import type { Keeper, LeasedWorker, PlacementRepository } from './placement-repository.ts';

export interface LeasesOptions {
  repository: Pick<PlacementRepository, 'renew' | 'release'>;
  keeper: Keeper;
  /** Workers of this gateway that are ready, or were a moment ago. */
  local: () => LeasedWorker[];
  /** Other workers, or other terms, than after the last renewal. */
  onChange: () => void;
  onError: (error: unknown) => void;
  everyMs: number;
}

/** Runs from start to close. */
export class Leases {
  readonly #options: LeasesOptions;
  readonly #job: PeriodicJob;
  #terms: ReadonlyMap<string, number> = new Map();
  #isFirst = true;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #mayTakeAt = Number.NEGATIVE_INFINITY;

  constructor(options: LeasesOptions) {
    const { onError, everyMs } = options;
    this.#options = options;
    this.#job = new PeriodicJob({ run: () => this.#renew(), onError, everyMs });
  }

  /** Renews them every second from now on. */
  start(): void {
    this.#job.start();
  }

  /** Ends them, so that others take over immediately. */
  async close(): Promise<void> {
    await this.#job.close();
    await this.#options.repository.release(this.#options.keeper).catch(() => {});
  }

  /** Term of each worker that this gateway keeps. */
  get terms(): ReadonlyMap<string, number> {
    return this.#terms;
  }

  /** Whether cameras of workers may be taken whose lease is over. */
  get mayTake(): boolean {
    return performance.now() >= this.#mayTakeAt;
  }

  /** Renews them, and waits for it: what it believed before may be old. */
  async renewNow(): Promise<void> {
    this.#job.runNow();
    await this.#job.settled();
  }

  async #renew(): Promise<void> {
    const { repository, keeper, local, onChange } = this.#options;
    const startedAt = performance.now();
    const terms = await repository.renew(keeper, local(), { ttlMs: LEASE_MS, isFirst: this.#isFirst });
    // While our leases were over, those of others may have been too: they get time to renew them.
    if (!this.#isFirst && startedAt - this.#renewedAt > LEASE_MS) this.#mayTakeAt = startedAt + LEASE_MS;
    this.#isFirst = false;
    this.#renewedAt = startedAt;
    const hasChanged = JSON.stringify([...terms]) !== JSON.stringify([...this.#terms]);
    this.#terms = terms;
    if (hasChanged) onChange();
  }
}
