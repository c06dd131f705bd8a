/**
 * Cameras that clients connected without storing them, and stored ones that they disconnected, are so at every gateway
 * for the life of the gateway where it was asked last. Each gateway compares what it knows, what the database says and
 * what both agreed on: its own change is written, a change of another is taken over.
 */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { LEASE_MS, RENEW_MS } from '#shared/worker-lease.ts';
import type { KnownCamera } from '../cameras/camera-directory.ts';
import { settlesWithin } from '../jobs/pause.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { SessionCameraRepository, SessionRow } from './session-camera-repository.ts';

/** What the directory has of it; null: a stored camera that is disconnected. */
export interface SessionDirectory {
  sessions(): ReadonlyMap<string, KnownCamera | null>;
  /** @param camera undefined: nothing is said of it any more */
  adoptSession(id: string, camera: KnownCamera | null | undefined): void;
  onChange(listener: (ids: readonly string[]) => void): () => void;
}

export interface SessionCamerasOptions {
  repository: SessionCameraRepository;
  directory: SessionDirectory;
  box: SecretBox;
  /** Random, of this process. */
  keeper: string;
  log: Logger;
  everyMs?: number;
  /** A client waits no longer for the database, milliseconds. */
  sharedWithinMs?: number;
}

const SHARED_WITHIN_MS = 1000;

interface Agreed {
  version: number;
  /** JSON. */
  text: string;
}

/** Runs from start to close. */
export class SessionCameras {
  readonly #options: SessionCamerasOptions;
  readonly #job: PeriodicJob;
  readonly #agreed = new Map<string, Agreed>();
  #end: () => void = () => {};

  constructor(options: SessionCamerasOptions) {
    const { log, everyMs = RENEW_MS } = options;
    this.#options = options;
    this.#job = new PeriodicJob({
      run: () => this.#round(),
      onError: (error) =>
        log.warn({ reason: messageOf(error) }, 'connected cameras are not shared with other gateways'),
      everyMs,
    });
  }

  start(): void {
    this.#end = this.#options.directory.onChange(() => this.#job.runNow());
    this.#job.start();
  }

  /** Ends the cameras that this gateway keeps. */
  async close(): Promise<void> {
    this.#end();
    await this.#job.close();
    await this.#options.repository.release(this.#options.keeper).catch(() => {});
  }

  /** Resolves when the other gateways can know what was changed here, or when the database takes too long. */
  async whenShared(): Promise<void> {
    await settlesWithin(this.#job.settled(), this.#options.sharedWithinMs ?? SHARED_WITHIN_MS);
  }

  async #round(): Promise<void> {
    const { repository, directory, keeper } = this.#options;
    await repository.renew(keeper, LEASE_MS);
    const rows = new Map((await repository.rows()).map((row) => [row.camera_id, row]));
    const local = directory.sessions();
    for (const id of new Set([...local.keys(), ...rows.keys(), ...this.#agreed.keys()])) {
      const camera = directory.sessions().get(id);
      const text = camera === undefined ? undefined : JSON.stringify(camera);
      const agreed = this.#agreed.get(id);
      if (text !== agreed?.text) await this.#write(id, text);
      else if (rows.get(id)?.version !== agreed?.version) this.#adopt(id, rows.get(id));
    }
  }

  async #write(id: string, text: string | undefined): Promise<void> {
    const { repository, keeper, box } = this.#options;
    if (text === undefined) {
      await repository.remove(id);
      this.#agreed.delete(id);
    } else {
      const version = await repository.put(keeper, id, { sealed: box.seal(text), ttlMs: LEASE_MS });
      this.#agreed.set(id, { version, text });
    }
  }

  #adopt(id: string, row: SessionRow | undefined): void {
    const text = row === undefined ? undefined : this.#open(row.sealed);
    if (row === undefined) this.#agreed.delete(id);
    if (row !== undefined && text !== undefined) this.#agreed.set(id, { version: row.version, text });
    if (row !== undefined && text === undefined) return;
    this.#options.directory.adoptSession(id, text === undefined ? undefined : JSON.parse(text));
  }

  #open(sealed: string): string | undefined {
    try {
      return this.#options.box.open(sealed);
    } catch {
      // It was sealed with another SECRET_KEY.
      return undefined;
    }
  }
}
