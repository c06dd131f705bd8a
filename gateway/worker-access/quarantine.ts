/**
 * Keeps cameras that break their worker apart from the others, at one of several gateways. A camera that is twice suspected when its
 * worker crashes, hangs or takes too much memory moves to a worker of its own. After half an hour without
 * a fault it goes back.
 */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { CameraRouting } from './camera-routing.ts';
import { NO_WORKER } from './spread.ts';

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
  /** Counts and keeps apart over several gateways; undefined for one alone. */
  shared?: SharedQuarantine | undefined;
  log: Logger;
  timings?: QuarantineTimings;
}

/** What several gateways know together. */
export interface SharedQuarantine {
  /** @returns how many faults all gateways saw */
  note(cameraId: string, reason: string, windowMs: number): Promise<number>;
  /** @returns whether no other gateway keeps it apart */
  take(cameraId: string): Promise<boolean>;
  read(): Promise<{ cameraId: string; isOurs: boolean; isHeld: boolean; reason: string; faults: number }[]>;
  release(cameraId: string, windowMs: number): Promise<void>;
}

/** Milliseconds. */
export interface QuarantineTimings {
  /** Two faults within this put a camera apart. */
  windowMs: number;
  /** A camera stays for this long after its last fault. */
  holdMs: number;
  checkMs: number;
  /** Pause between two looks at what other gateways keep apart. */
  shareMs: number;
}

export const QUARANTINE_TIMINGS: QuarantineTimings = {
  windowMs: 3_600_000,
  holdMs: 1_800_000,
  checkMs: 10_000,
  shareMs: 1000,
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
  /** Cameras that other gateways keep apart. */
  readonly #elsewhere = new Set<string>();
  readonly #releases: PeriodicJob;
  readonly #sharing: PeriodicJob;
  readonly #ends: (() => void)[] = [];

  constructor(options: QuarantineOptions) {
    this.#options = options;
    this.#timings = options.timings ?? QUARANTINE_TIMINGS;
    this.#releases = new PeriodicJob({
      run: () => this.#releaseWhereGood(),
      onError: (error) => options.log.error({ reason: messageOf(error) }, 'could not end a quarantine'),
      everyMs: this.#timings.checkMs,
    });
    this.#sharing = new PeriodicJob({
      run: () => this.#share(),
      onError: (error) => options.log.warn({ reason: messageOf(error) }, 'quarantine is not shared'),
      everyMs: this.#timings.shareMs,
    });
  }

  start(): void {
    const { pool, directory } = this.#options;
    this.#ends.push(
      pool.onBroken((broken) => this.#onBroken(broken)),
      directory.onChange(() => this.#forgetUnknown()),
    );
    this.#releases.start();
    if (this.#options.shared !== undefined) this.#sharing.start();
  }

  async close(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
    await Promise.all([this.#releases.close(), this.#sharing.close()]);
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
      void this.#count(cameraId, reason, faults.length);
      if (placement === undefined) continue;
      placement.faults += 1;
      placement.reason = reason;
      placement.until = now + this.#timings.holdMs;
    }
  }

  /** @param seen faults that this gateway saw, which count alone while the others cannot be asked */
  async #count(cameraId: string, reason: string, seen: number): Promise<void> {
    const { shared } = this.#options;
    const noted = shared?.note(cameraId, reason, this.#timings.windowMs).catch(() => undefined);
    const faults = noted === undefined ? seen : ((await noted) ?? seen);
    if (this.#placements.has(cameraId) || faults < MAX_FAULTS) return;
    const isFree = shared === undefined || (await shared.take(cameraId).catch(() => true));
    if (isFree && !this.#placements.has(cameraId)) this.#put(cameraId, reason, faults);
  }

  /** Follows what other gateways keep apart, and takes over from one that is gone. */
  async #share(): Promise<void> {
    const { shared, directory, routing } = this.#options;
    const rows = (await shared?.read())?.filter(({ cameraId }) => directory.has(cameraId)) ?? [];
    const others = new Set(rows.flatMap((row) => (row.isHeld && !row.isOurs ? [row.cameraId] : [])));
    for (const cameraId of this.#elsewhere)
      if (!others.has(cameraId)) {
        this.#elsewhere.delete(cameraId);
        if (!this.#placements.has(cameraId)) routing.place(cameraId, undefined);
      }
    for (const cameraId of others) {
      this.#leave(cameraId);
      this.#elsewhere.add(cameraId);
      routing.place(cameraId, NO_WORKER);
    }
    for (const { cameraId, reason, faults } of rows) {
      if (others.has(cameraId) || this.#placements.has(cameraId)) continue;
      if (await shared?.take(cameraId)) this.#put(cameraId, reason, faults);
    }
  }

  /** Another gateway keeps it: while the database was away, both did. */
  #leave(cameraId: string): void {
    const placement = this.#placements.get(cameraId);
    if (placement === undefined) return;
    this.#placements.delete(cameraId);
    if (this.#on(placement.worker).length === 0) void this.#options.pool.retireWorker(placement.worker);
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
      // What could not be told is put apart again.
      void this.#options.shared?.release(cameraId, this.#timings.windowMs).catch(() => {});
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
