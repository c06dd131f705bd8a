/** Creates, lists and revokes keys, and keeps this gateway's knowledge of them current. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '../../jobs/periodic-job.ts';
import type { SecretBox } from '../../store/secret-box.ts';
import type { Store } from '../../store/store.ts';
import { digestSecretsOf, hashOf, type Key, newKeyText } from './key.ts';
import { KeyRepository } from './key-repository.ts';
import type { KnownKeys } from './known-keys.ts';

export interface KeyRingOptions {
  known: KnownKeys;
  store: Store;
  /** Seals what digest authentication needs. */
  box: Pick<SecretBox, 'seal'>;
  log: Logger;
  /** Pause between two looks for keys of other gateways, milliseconds. */
  everyMs?: number;
  /** Unix milliseconds. */
  now?: () => number;
}

/** What a client chooses of a key. */
export type NewKey = Pick<Key, 'name' | 'scope' | 'cameras' | 'expiresAt'>;

const MAX_KEYS = 500;
/** A key that another gateway on the database revoked ends here within a second. */
const SHARED_MS = 1000;
/** SQLite has one gateway; its file may still be replaced by a backup. */
const ALONE_MS = 60_000;

/** All keys of the database. Runs from start to close. */
export class KeyRing {
  readonly #options: KeyRingOptions;
  readonly #repository: KeyRepository;
  readonly #job: PeriodicJob;
  #tail: Promise<void> = Promise.resolve();

  constructor(options: KeyRingOptions) {
    const { store, log, everyMs = store.engine === 'postgres' ? SHARED_MS : ALONE_MS } = options;
    this.#options = options;
    this.#repository = new KeyRepository(store);
    this.#job = new PeriodicJob({
      run: () => this.#compare(),
      onError: (error) => log.debug({ reason: messageOf(error) }, 'keys could not be read'),
      everyMs,
      retryMs: SHARED_MS,
    });
  }

  /** Reads the keys as soon as the database is open. */
  start(): void {
    void this.#options.store.whenReady().then(
      () => this.#job.start(),
      () => {},
    );
  }

  async close(): Promise<void> {
    this.#options.known.close();
    await this.#job.close();
  }

  /** Creates a key. Its text is returned this once. @throws AppError `too-many-keys`, `storage-*` */
  async create(wanted: NewKey): Promise<{ key: Key; text: string }> {
    const { box, now = Date.now } = this.#options;
    const { id, text } = newKeyText();
    const digest = box.seal(JSON.stringify(digestSecretsOf(id, text)));
    const key: Key = { ...wanted, id, createdAt: now(), hash: hashOf(text), digest };
    await this.#inOrder(() => this.#repository.insert(key, MAX_KEYS));
    return { key, text };
  }

  /** Oldest first, those that have expired too. */
  list(): Promise<Key[]> {
    return this.#repository.list();
  }

  /** Revokes a key, with its sockets and streams. @throws AppError `key-not-found`, `storage-*` */
  async remove(id: string): Promise<void> {
    await this.#inOrder(() => this.#repository.remove(id));
  }

  async #compare(): Promise<void> {
    if (this.#options.known.hasExactly(await this.#repository.ids())) return;
    await this.#inOrder(async () => {});
  }

  /** Writes, then reads what is stored: no older list may follow a newer one. */
  #inOrder(write: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(async () => {
      await write();
      this.#options.known.learn(await this.#repository.list());
    });
    this.#tail = done.catch(() => {});
    return done;
  }
}
