/** The registry: cameras that are kept for ever. The database decides, the directory follows. */
import { isDeepStrictEqual } from 'node:util';
import type { AddressPolicy } from '#shared/address-policy.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { Store } from '../store/store.ts';
import { checkCameraAddress } from './address-check.ts';
import type { CameraDirectory, KnownCamera } from './camera-directory.ts';
import type { CameraRepository } from './camera-repository.ts';
import { expectVideo, playableSource, type UploadedVideos } from './played-videos.ts';
import type { Draft, RegisteredCamera, StoredCamera } from './registered-camera.ts';
import { applyChanges, parseAdjustments, parseNewCamera } from './registry-input.ts';
import { sealStoredPaths } from './sealed-paths.ts';

export interface RegistryOptions {
  store: Store;
  repository: CameraRepository;
  directory: CameraDirectory;
  videos: UploadedVideos;
  /** Which cameras clients may have stored; the workers check what they dial in any case. */
  addresses?: AddressPolicy;
  /** @throws AppError `invalid-field` for an agent that does not exist */
  expectAgent?: (agent: string) => void;
  log: Logger;
  /** Pause between looks at what other gateways on this database changed, milliseconds. */
  refreshMs?: number;
  /** How long requests wait for the first reading, milliseconds. */
  loadPatienceMs?: number;
}

/** Between two looks. SQLite has one gateway; its file may still be replaced by a backup. */
export const REFRESH_MS = { postgres: 1000, sqlite: 30_000 };
const LOAD_PATIENCE_MS = 3000;
/** To find a number for a camera that no other gateway takes at the same moment. */
const MAX_ATTEMPTS = 10;

/** Reads and changes the registry. Changes run one after another, so that the directory ends as the database does. */
export class CameraRegistry {
  readonly #options: RegistryOptions;
  readonly #loaded = Promise.withResolvers<void>();
  #versions = new Map<string, number>();
  /** Of the table, when it was last read. */
  #summary: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #job: PeriodicJob;

  constructor(options: RegistryOptions) {
    const { store, log, refreshMs = REFRESH_MS[store.engine] } = options;
    this.#options = options;
    this.#job = new PeriodicJob({
      run: () => this.#load(),
      onError: (error) => log.warn({ reason: messageOf(error) }, 'could not read the registry'),
      everyMs: refreshMs,
    });
    this.#loaded.promise.catch(() => {});
    options.videos.onDeleted?.(() => this.#job.runNow());
  }

  /** Loads the registry as soon as the database is there, and looks again regularly. */
  start(): void {
    void this.#options.store.whenReady().then(
      () => sealStoredPaths(this.#options).then(() => this.#job.start()),
      () => this.#loaded.reject(new Error('The database was closed')),
    );
  }

  /** Resolves once the registry has been read for the first time. */
  whenLoaded(): Promise<void> {
    return this.#loaded.promise;
  }

  /**
   * Waits a little for the first reading: a list that lacks what is stored would pass for the whole.
   * @throws AppError `storage-unavailable` when it takes longer
   */
  async expectLoaded(): Promise<void> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(notLoaded()), this.#options.loadPatienceMs ?? LOAD_PATIENCE_MS);
    try {
      await Promise.race([this.#loaded.promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stops looking; waits for what is under way. */
  async close(): Promise<void> {
    await this.#job.close();
    await this.#turn;
  }

  /** Adds a camera. @throws AppError `camera-exists`, `missing-field`, `invalid-field`, `too-many-requests` */
  async create(body: unknown): Promise<KnownCamera> {
    const given = parseNewCamera(body);
    this.#checkPlace(given, body, true);
    return this.#inTurn(async () => {
      const { store, repository, directory } = this.#options;
      await expectVideo(given.source, this.#options.videos);
      const now = Date.now();
      for (let attempt = 1; ; attempt += 1) {
        // What is kept of a camera that is gone, such as one of the demo, is not of this one.
        const id = given.id ?? directory.freeId(await repository.idsWithHistory(store.db));
        const camera = { ...given, id };
        if (camera.enabled) directory.checkRoom([camera.id]);
        if (await repository.insert(store.db, camera, 'api', now))
          return this.#adopt({
            ...camera,
            origin: 'api',
            isPasswordLost: false,
            createdAt: now,
            updatedAt: now,
          });
        if (given.id !== undefined || attempt === MAX_ATTEMPTS)
          throw new AppError('camera-exists', `There is a camera ${camera.id} already`, { field: 'id' });
        // Another gateway on this database took the number.
        await this.#refresh();
      }
    });
  }

  /** Changes a camera; of one that is not stored what it is called, its analysis and zones. @throws AppError `camera-not-found`, `camera-from-file`, `invalid-field` */
  update(id: string, body: unknown): Promise<KnownCamera> {
    return this.#inTurn(async () => {
      const { store, repository, directory } = this.#options;
      if (directory.find(id)?.origin !== 'registry' && (await repository.find(store.db, id)) === undefined) {
        const adjusted = directory.adjust(id, parseAdjustments(body));
        if (adjusted !== undefined) return adjusted;
      }
      const before = await this.#editable(id);
      const changed = applyChanges(before, body);
      if (changed.enabled) directory.checkRoom([id]);
      const isMoved = changed.agent !== before.agent;
      if (isMoved || !isDeepStrictEqual(changed.source, before.source))
        this.#checkPlace(changed, body, isMoved);
      await expectVideo(changed.source, this.#options.videos);
      // Later than before even within one millisecond: other gateways look at this alone.
      const now = Math.max(Date.now(), before.updatedAt + 1);
      await repository.upsert(store.db, [changed], 'api', now);
      return this.#adopt({ ...before, ...changed, isPasswordLost: false, updatedAt: now });
    });
  }

  /**
   * What would be connected if this were stored: a new camera, or changes of the one whose `id` it
   * names, which keeps its password as it would then. Nothing is stored.
   * @throws AppError as {@link create} and {@link update} do for bad fields
   */
  async draft(body: unknown): Promise<Draft> {
    const { store, repository } = this.#options;
    const { id, ...changes } = (body ?? {}) as { id?: unknown };
    const before = typeof id === 'string' ? await repository.find(store.db, id) : undefined;
    const isUnchanged = before !== undefined && Object.keys(changes).length === 0;
    const draft =
      before === undefined ? parseNewCamera(body) : isUnchanged ? before : applyChanges(before, changes);
    await expectVideo(draft.source, this.#options.videos);
    const { agent, labels } = draft;
    return { source: await playableSource(draft.source, this.#options.videos), agent, labels };
  }

  /** Removes a camera, also one that was only connected. @throws AppError `camera-not-found`, `camera-from-file` */
  remove(id: string): Promise<void> {
    return this.#inTurn(async () => {
      const { store, repository, directory } = this.#options;
      if (directory.has(id) && (await repository.find(store.db, id)) === undefined) {
        directory.remove(id);
        return;
      }
      await this.#editable(id);
      await repository.remove(store.db, [id]);
      this.#versions.delete(id);
      directory.dropRegistered(id);
    });
  }

  /** Every stored camera, passwords included. */
  all(): Promise<StoredCamera[]> {
    return this.#options.repository.all(this.#options.store.db);
  }

  /**
   * Writes many cameras, all or nothing, and removes others.
   * @param plan gets every stored camera and says what to write and what to remove
   */
  change(
    origin: 'api' | 'file',
    plan: (stored: StoredCamera[]) => { write: RegisteredCamera[]; remove: string[] },
  ): Promise<void> {
    return this.#inTurn(async () => {
      const { store, repository, directory } = this.#options;
      const { write, remove } = plan(await repository.all(store.db));
      const off = write.filter(({ enabled }) => !enabled).map(({ id }) => id);
      const on = write.filter(({ enabled }) => enabled).map(({ id }) => id);
      directory.checkRoom(on, [...remove, ...off]);
      for (const camera of write) await expectVideo(camera.source, this.#options.videos);
      await store.transaction(async (trx) => {
        await repository.remove(trx, remove);
        await repository.upsert(trx, write, origin, Date.now());
      });
      await this.#refresh();
    });
  }

  async #load(): Promise<void> {
    const startedAt = performance.now();
    await this.#inTurn(() => this.#refresh());
    this.#options.directory.asOf = startedAt;
    this.#loaded.resolve();
  }

  async #refresh(): Promise<void> {
    const { store, repository, directory } = this.#options;
    const summary = await repository.summary(store.db);
    if (summary === this.#summary) return;
    const versions = await repository.versions(store.db);
    const changed = [...versions].filter(([id, version]) => this.#versions.get(id) !== version);
    const known = directory.registered().filter(({ id }) => versions.has(id));
    const fresh = await repository.some(
      store.db,
      changed.map(([id]) => id),
    );
    const cameras = new Map(known.map((camera) => [camera.id, camera]));
    for (const stored of fresh) cameras.set(stored.id, await this.#toKnown(stored));
    this.#versions = versions;
    directory.syncRegistered([...cameras.values()]);
    this.#summary = summary;
  }

  async #editable(id: string): Promise<StoredCamera> {
    const { store, repository } = this.#options;
    const camera = await repository.find(store.db, id);
    if (camera === undefined) throw new AppError('camera-not-found', `No camera ${id} is stored`);
    if (camera.origin === 'file') {
      throw new AppError('camera-from-file', `Camera ${id} is kept in CAMERAS_FILE; change it there`);
    }
    return camera;
  }

  async #adopt(stored: StoredCamera): Promise<KnownCamera> {
    const known = await this.#toKnown(stored);
    this.#versions.set(stored.id, stored.updatedAt);
    this.#options.directory.setRegistered(known);
    return known;
  }

  async #toKnown(stored: StoredCamera): Promise<KnownCamera> {
    if (stored.isPasswordLost) {
      this.#options.log.error(
        { cameraId: stored.id },
        'a stored password was sealed with another key; give it again',
      );
    }
    return {
      id: stored.id,
      name: stored.name,
      location: stored.location,
      source: await playableSource(stored.source, this.#options.videos),
      origin: 'registry',
      agent: stored.agent,
      labels: stored.labels,
      enabled: stored.enabled,
      analysis: stored.analysis,
      zones: stored.zones,
      recording: stored.recording,
      isFromFile: stored.origin === 'file',
    };
  }

  /** The network of an agent is judged there. */
  #checkPlace(
    { source, agent }: Pick<RegisteredCamera, 'source' | 'agent'>,
    body: unknown,
    isMoved: boolean,
  ): void {
    const { addresses, expectAgent } = this.#options;
    if (agent === undefined && addresses !== undefined) checkCameraAddress(source, body, addresses);
    if (agent !== undefined && isMoved) expectAgent?.(agent);
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(run);
    this.#turn = result.catch(() => {});
    return result;
  }
}

function notLoaded(): AppError {
  return new AppError('storage-unavailable', 'The registry could not be read yet', { retryAfter: 1 });
}
