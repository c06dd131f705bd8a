/**
 * Keeps cameras that break their worker apart from the others. A camera that is twice suspected when its
 * worker crashes, hangs or takes too much memory moves to a worker of its own. After half an hour without
 * a fault it goes back.
 */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '../jobs/periodic-job.ts';
import type { CameraRouting } from './camera-routing.ts';

/** A worker that ended by a fault. */
export interface BrokenWorker {
  name: string;
  reason: string;
  /** Cameras whose work may have broken it. */
  suspects: readonly string[];
}

export interface QuarantineOptions {
  pool: {
    onBroken(listener: (broken: BrokenWorker) => void): () => void;
    startWorker(name: string): void;
    retireWorker(name: string): Promise<void>;
  };
  routing: Pick<CameraRouting, 'place'>;
  directory: {
    has(cameraId: string): boolean;
    onChange(listener: () => void): () => void;
  };
  /** Names of the workers that run nothing else. */
  workers: readonly string[];
  log: Logger;
  timings?: QuarantineTimings;
}

/** Milliseconds. */
export interface QuarantineTimings {
  /** Two faults within this put a camera apart. */
  windowMs: number;
  /** A camera stays for this long after its last fault. */
  holdMs: number;
  checkMs: number;
}

export const QUARANTINE_TIMINGS: QuarantineTimings = {
  windowMs: 3_600_000,
  holdMs: 1_800_000,
  checkMs: 10_000,
};
const MAX_FAULTS = 2;

/** One camera in quarantine, as `GET /health` reports it. */
export interface QuarantinedCamera {
  cameraId: string;
  worker: string;
  /** How its last worker ended: `exit`, `liveness` or `memory`. */
  reason: string;
  /** Faults since it was put there, those that led to it among them. */
  faults: number;
  /** When it was put there, ISO 8601. */
  since: string;
}

interface Placement extends QuarantinedCamera {
  /** When it goes back, on the monotonic clock. */
  until: number;
}

/** The quarantine of one gateway, from start to close. */
export class Quarantine {
  readonly #options: QuarantineOptions;
  readonly #timings: QuarantineTimings;
  /** Times of faults by camera. */
  readonly #faults = new Map<string, number[]>();
  readonly #placements = new Map<string, Placement>();
  readonly #releases: PeriodicJob;
  readonly #ends: (() => void)[] = [];

  constructor(options: QuarantineOptions) {
    this.#options = options;
    this.#timings = options.timings ?? QUARANTINE_TIMINGS;
    this.#releases = new PeriodicJob({
      run: () => this.#releaseWhereGood(),
      onError: (error) => options.log.error({ reason: messageOf(error) }, 'could not end a quarantine'),
      everyMs: this.#timings.checkMs,
    });
  }

  start(): void {
    const { pool, directory } = this.#options;
    this.#ends.push(
      pool.onBroken((broken) => this.#onBroken(broken)),
      directory.onChange(() => this.#forgetUnknown()),
    );
    this.#releases.start();
  }

  async close(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
    await this.#releases.close();
  }

  list(): QuarantinedCamera[] {
    return [...this.#placements.values()].map(({ until: _, ...camera }) => camera);
  }

  #onBroken({ name, reason, suspects }: BrokenWorker): void {
    const { directory, log } = this.#options;
    const now = performance.now();
    for (const cameraId of suspects.filter((id) => directory.has(id))) {
      const recent = (this.#faults.get(cameraId) ?? []).filter((at) => now - at < this.#timings.windowMs);
      const faults = [...recent, now];
      this.#faults.set(cameraId, faults);
      log.warn(
        { cameraId, worker: name, reason, faults: faults.length },
        'a camera may have broken its worker',
      );
      const placement = this.#placements.get(cameraId);
      if (placement === undefined) {
        if (faults.length >= MAX_FAULTS) this.#put(cameraId, reason, faults.length);
        continue;
      }
      placement.faults += 1;
      placement.reason = reason;
      placement.until = now + this.#timings.holdMs;
    }
  }

  #put(cameraId: string, reason: string, faults: number): void {
    const { pool, routing, log } = this.#options;
    const worker = this.#emptiestWorker();
    const since = new Date().toISOString();
    const until = performance.now() + this.#timings.holdMs;
    this.#placements.set(cameraId, { cameraId, worker, reason, faults, since, until });
    log.error({ cameraId, worker, reason, code: 'camera-quarantined' }, 'camera is put into quarantine');
    pool.startWorker(worker);
    routing.place(cameraId, worker);
  }

  /** Those of one worker go back together: its end makes viewers connect again. */
  #releaseWhereGood(): void {
    const now = performance.now();
    for (const worker of this.#options.workers) {
      const placed = this.#on(worker);
      if (placed.length > 0 && placed.every(({ until }) => until <= now)) this.#release(worker, placed);
    }
  }

  #forgetUnknown(): void {
    const { directory, workers } = this.#options;
    for (const cameraId of this.#faults.keys()) if (!directory.has(cameraId)) this.#faults.delete(cameraId);
    for (const worker of workers) {
      const placed = this.#on(worker);
      if (placed.length > 0 && placed.every(({ cameraId }) => !directory.has(cameraId)))
        this.#release(worker, placed);
    }
  }

  #release(worker: string, placed: readonly Placement[]): void {
    const { pool, routing, log } = this.#options;
    for (const { cameraId } of placed) {
      this.#placements.delete(cameraId);
      // One more fault puts it back.
      this.#faults.set(cameraId, [performance.now()]);
      routing.place(cameraId, undefined);
      log.info({ cameraId, worker }, 'camera leaves quarantine');
    }
    void pool.retireWorker(worker);
  }

  #on(worker: string): Placement[] {
    return [...this.#placements.values()].filter((placement) => placement.worker === worker);
  }

  #emptiestWorker(): string {
    const sorted = [...this.#options.workers].sort((a, b) => this.#on(a).length - this.#on(b).length);
    return sorted[0] as string;
  }
}
