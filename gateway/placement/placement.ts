/**
 * Which worker runs which camera, where several gateways share one database: by leases, without a leader. Each
 * second a gateway reads what changed, claims cameras of no worker up to the fair share of its workers and gives
 * back their surplus; meanwhile it renews its leases. Without the database everything stays as it is.
 */
import { EventEmitter } from 'node:events';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { carries, type Labels, labelsText, NO_LABELS } from '#shared/worker-labels.ts';
import { RENEW_MS } from '#shared/worker-lease.ts';
import { decideMoves, type SharingWorker } from './fair-share.ts';
import { Leases } from './leases.ts';
import { labelsCarriedBy } from './mirror-labels.ts';
import { OwnerMap } from './owner-map.ts';
import type { Keeper, KnownWorker, LeasedWorker, PlacementRepository } from './placement-repository.ts';
import { Relabels } from './relabels.ts';
import { emptiestOf, surveyOf } from './survey.ts';
import { Unwanted } from './unwanted.ts';

export interface PlacementOptions {
  repository: Pick<
    PlacementRepository,
    | 'renew'
    | 'release'
    | 'workers'
    | 'forgetWorkers'
    | 'owners'
    | 'sums'
    | 'enrol'
    | 'relabel'
    | 'drop'
    | 'claim'
    | 'giveBack'
  >;
  keeper: Keeper;
  /** Workers of this gateway that are ready, or were a moment ago. */
  local: () => LeasedWorker[];
  /** Cameras that are to run; undefined while that is not known. */
  wanted: () => readonly string[] | undefined;
  /** Labels that the worker of a camera must carry; by default none. */
  labelsOf?: (cameraId: string) => Labels;
  /** When that was read, on the monotonic clock; this moment unless given. */
  wantedAsOf?: () => number;
  log: Logger;
  everyMs?: number;
}

/** A process that did nothing for this long was frozen: what it believes may be old, milliseconds. */
const FROZEN_MS = 2500;
const TICK_MS = 500;
/** From giving cameras back to the next round, milliseconds. */
const TAKE_SOON_MS = 50;
/** Each so many rounds sums tell whether rows were removed. */
const COMPARE_EVERY = 30;
/** Clients choose ids, so the memory of cameras that have no row is bounded. */
const MAX_CHOSEN = 1000;

/** Runs from start to close. */
export class Placement {
  readonly #options: PlacementOptions;
  readonly #job: PeriodicJob;
  readonly #leases: Leases;
  readonly #events = new EventEmitter<{ owner: [string]; workers: []; kept: [] }>();
  #owners = new OwnerMap();
  #workers: readonly KnownWorker[] = [];
  #labels: ReadonlyMap<string, Labels> = new Map();
  #mark = 0;
  #rounds = 0;
  #lastRoundMs = 0;
  #tickAt = performance.now();
  #isStale = false;
  #frozenAt = Number.NEGATIVE_INFINITY;
  readonly #unwanted = new Unwanted();
  readonly #relabels = new Relabels((id) => this.#labelsOf(id));
  #tick: NodeJS.Timeout | undefined;
  /** Chosen for a client that connects a camera which has no row yet. */
  readonly #chosen = new Map<string, string>();

  constructor(options: PlacementOptions) {
    const { repository, keeper, local, log, everyMs = RENEW_MS } = options;
    const onError = (error: unknown): void => {
      this.#isStale = false;
      log.warn(
        { reason: messageOf(error) },
        'placement of cameras is not renewed: everything stays as it is',
      );
    };
    this.#options = options;
    this.#job = new PeriodicJob({ run: () => this.#round(), onError, everyMs });
    const onChange = (): void => {
      this.#events.emit('workers');
      this.#job.runNow();
    };
    this.#leases = new Leases({ repository, keeper, local, onChange, onError, everyMs });
  }

  start(): void {
    this.#tick = setInterval(() => this.#noticeFreeze(), TICK_MS);
    this.#leases.start();
    this.#job.start();
  }

  /** Ends the leases, so that others take over immediately. */
  async close(): Promise<void> {
    clearInterval(this.#tick);
    await this.#job.close();
    await this.#leases.close();
  }

  /** Looks immediately: cameras or workers changed. */
  update(): void {
    this.#job.runNow();
  }

  /** Looks immediately, and renews leases before: a worker came, or ends. */
  updateWorkers(): void {
    void this.#leases.renewNow().then(() => this.#job.runNow());
  }

  /** How long the last round took, milliseconds. */
  get lastRoundMs(): number {
    return this.#lastRoundMs;
  }

  /** Cameras without a row for which a worker was chosen. */
  get chosen(): number {
    return this.#chosen.size;
  }

  /** Workers of all gateways whose lease lasts. */
  get workers(): readonly KnownWorker[] {
    return this.#workers.filter(({ isAlive }) => isAlive);
  }

  /** Whether a worker has, or had, a lease. */
  knows(worker: string): boolean {
    return this.#workers.some(({ name }) => name === worker);
  }

  /** Name of a camera's worker; empty while it has none. */
  workerOf(cameraId: string): string {
    const owner = this.#owners.get(cameraId);
    if (owner !== undefined) return owner.worker ?? '';
    return this.choose(cameraId, this.#labelsOf(cameraId));
  }

  /** Chooses a worker for a camera that a client connects; empty: none can have it. */
  choose(cameraId: string, labels: Labels): string {
    const known = this.#chosen.get(cameraId);
    const isAlive = this.workers.some(({ name }) => name === known);
    if (known !== undefined && isAlive && carries(this.labelsOf(known), labels)) return known;
    const chosen = this.#emptiest(labels) ?? '';
    this.#chosen.delete(cameraId);
    this.#chosen.set(cameraId, chosen);
    if (this.#chosen.size > MAX_CHOSEN) this.#chosen.delete(this.#chosen.keys().next().value as string);
    return chosen;
  }

  /** What a worker carries. */
  labelsOf(worker: string): Labels {
    return this.#labels.get(worker) ?? NO_LABELS;
  }

  /** How often a camera moved; undefined where it has no row. */
  epochOf(cameraId: string): number | undefined {
    return this.#owners.get(cameraId)?.epoch;
  }

  /** Term of this gateway as keeper; undefined where another keeps the worker, or that is not certain. */
  termOf(worker: string): number | undefined {
    this.#noticeFreeze();
    return this.#isStale ? undefined : this.#leases.terms.get(worker);
  }

  /** Calls `listener` with each camera that moved. Returns the unsubscribe function. */
  onMove(listener: (cameraId: string) => void): () => void {
    this.#events.on('owner', listener);
    return () => void this.#events.off('owner', listener);
  }

  /** Calls `listener` when the workers or what this gateway keeps changed, before cameras move. Returns the unsubscribe function. */
  onWorkers(listener: () => void): () => void {
    this.#events.on('workers', listener);
    return () => void this.#events.off('workers', listener);
  }

  #noticeFreeze(): void {
    const now = performance.now();
    if (now - this.#tickAt > FROZEN_MS) {
      this.#isStale = true;
      this.#frozenAt = now;
      this.#job.runNow();
    }
    this.#tickAt = now;
  }

  async #round(): Promise<void> {
    const startedAt = performance.now();
    const wasStale = this.#isStale;
    if (wasStale) await this.#leases.renewNow();
    const workers = await this.#options.repository.workers();
    const moved = await this.#read();
    // It may have been frozen again meanwhile: then another round follows.
    if (startedAt >= this.#frozenAt) this.#isStale = false;
    const hasChanged = JSON.stringify(workers) !== JSON.stringify(this.#workers);
    this.#workers = workers;
    if (hasChanged) this.#labels = labelsCarriedBy(workers);
    if (hasChanged || wasStale) this.#events.emit('workers');
    for (const id of moved) this.#events.emit('owner', id);
    if (await this.#act()) for (const id of await this.#read()) this.#events.emit('owner', id);
    this.#lastRoundMs = performance.now() - startedAt;
  }

  /** @returns cameras that moved */
  async #read(): Promise<string[]> {
    const isWhole = await this.#mustReadAll();
    const { rows, mark } = await this.#options.repository.owners(isWhole ? 0 : this.#mark);
    this.#mark = mark;
    const before = this.#owners;
    if (isWhole) this.#owners = new OwnerMap();
    const moved: string[] = [];
    for (const { camera_id: id, worker, epoch, labels } of rows) {
      const known = before.get(id);
      this.#owners.set(id, { worker, epoch, labels });
      this.#chosen.delete(id);
      if (known === undefined || known.worker !== worker) moved.push(id);
    }
    if (isWhole) for (const id of before.ids()) if (this.#owners.get(id) === undefined) moved.push(id);
    return moved;
  }

  async #mustReadAll(): Promise<boolean> {
    this.#rounds += 1;
    if (this.#rounds === 1) return true;
    if (this.#rounds % COMPARE_EVERY !== 0) return false;
    await this.#options.repository.forgetWorkers();
    const { rows, epochs } = await this.#options.repository.sums();
    return rows !== this.#owners.size || epochs !== this.#owners.epochs;
  }

  /** Adds and forgets cameras, claims and gives back. @returns whether anything was changed */
  async #act(): Promise<boolean> {
    const { repository, wanted, keeper, local } = this.#options;
    const ids = wanted();
    const hasEnrolled = ids !== undefined && (await this.#enrol(ids));
    const hasChanged = (ids !== undefined && (await this.#relabel(ids))) || hasEnrolled;
    const kept = new Set(local().flatMap(({ name }) => (this.#leases.terms.has(name) ? [name] : [])));
    const { mayTake } = this.#leases;
    const alive = this.#sharing();
    const { claims, returns } = decideMoves(alive, surveyOf(this.#owners.counts, alive, mayTake), kept);
    const claimed = claims.length > 0 ? await repository.claim(keeper, claims, { mayTake }) : 0;
    // One statement claims a part of many.
    if (claimed > 0 && claimed < claims.reduce((sum, { count }) => sum + count, 0)) this.#job.runNow();
    if (returns.length > 0) await repository.giveBack(keeper, returns);
    // Another worker of this gateway takes them soon.
    if (returns.length > 0) this.#job.runNow(TAKE_SOON_MS);
    return hasChanged || claims.length + returns.length > 0;
  }

  #sharing(): SharingWorker[] {
    return this.workers.map(({ name, capacity }) => ({ name, capacity, labels: this.labelsOf(name) }));
  }

  async #enrol(wanted: readonly string[]): Promise<boolean> {
    const missing = wanted.filter((id) => this.#owners.get(id) === undefined);
    const isSame = missing.length === 0 && wanted.length === this.#owners.size;
    const asOf = this.#options.wantedAsOf?.();
    const gone = isSame ? [] : this.#unwanted.due(this.#owners.ids(), new Set(wanted), { asOf });
    if (isSame) this.#unwanted.clear();
    if (missing.length > 0)
      await this.#options.repository.enrol(
        missing.map((id) => ({
          ...{ id, worker: this.#chosen.get(id) || null },
          labels: labelsText(this.#labelsOf(id)),
        })),
      );
    if (gone.length > 0) await this.#options.repository.drop(gone);
    for (const id of gone) this.#owners.delete(id);
    return missing.length > 0;
  }

  async #relabel(wanted: readonly string[]): Promise<boolean> {
    const due = this.#relabels.due(wanted, this.#owners, (worker) => this.labelsOf(worker));
    if (due.length > 0) await this.#options.repository.relabel(due);
    return due.length > 0;
  }

  #labelsOf(cameraId: string): Labels {
    return this.#options.labelsOf?.(cameraId) ?? NO_LABELS;
  }

  /** The worker with the least load of those that this gateway keeps, else of all that carry the labels. */
  #emptiest(labels: Labels): string | undefined {
    const alive = this.#sharing().filter((worker) => carries(worker.labels, labels));
    const own = alive.filter(({ name }) => this.#leases.terms.has(name));
    return emptiestOf(own.length > 0 ? own : alive, this.#owners.counts);
  }
}
