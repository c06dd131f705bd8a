/** Creates, lists and revokes keys, and keeps this gateway's knowledge of them current. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { SecretBox } from '../../store/secret-box.ts';
import type { Store } from '../../store/store.ts';
import { lookPauseMs, startWhenReady } from '../../store/store-jobs.ts';
import { digestSecretsOf, hashOf, type Key, type KeyRights, newKeyText, type UsedKey } from './key.ts';
import { KeyRepository } from './key-repository.ts';
import type { KnownKeys } from './known-keys.ts';
import { newPairingCode, normalCode } from './pairing-code.ts';

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

/** A new key with its text. */
export interface CreatedKey {
  key: Key;
  text: string;
}

const MAX_KEYS = 500;
const PAIRING_MS = 5 * 60_000;
/** A key that another gateway on the database revoked ends here within a second. */
export const SHARED_MS = 1000;
const NOTE_MS = 60_000;

/** All keys of the database. Runs from start to close. */
export class KeyRing {
  readonly #options: KeyRingOptions;
  readonly #repository: KeyRepository;
  readonly #job: PeriodicJob;
  readonly #notes: PeriodicJob;
  #tail: Promise<void> = Promise.resolve();

  constructor(options: KeyRingOptions) {
    const { store, log, everyMs = lookPauseMs(store, SHARED_MS) } = options;
    this.#options = options;
    this.#repository = new KeyRepository(store);
    this.#job = new PeriodicJob({
      run: () => this.#compare(),
      onError: (error) => log.debug({ reason: messageOf(error) }, 'keys could not be read'),
      everyMs,
      retryMs: SHARED_MS,
    });
    this.#notes = new PeriodicJob({
      run: () => this.#noteUse(),
      onError: (error) => log.debug({ reason: messageOf(error) }, 'the use of keys could not be noted'),
      everyMs: NOTE_MS,
      firstMs: NOTE_MS,
    });
  }

  /** Reads the keys as soon as the database is open. */
  start(): void {
    startWhenReady(this.#options.store, () => {
      this.#job.start();
      this.#notes.start();
    });
  }

  async close(): Promise<void> {
    this.#options.known.close();
    await Promise.all([this.#job.close(), this.#notes.close()]);
    // A store that is away must not hold the stop.
    if (this.#options.known.recentlyUsed.size > 0) await this.#noteUse().catch(() => {});
  }

  /** Creates a key. Its text is returned this once. @throws AppError `too-many-keys`, `storage-*` */
  async create(name: string, rights: KeyRights): Promise<CreatedKey> {
    const created = this.#make(name, rights);
    await this.#inOrder(() => this.#repository.insert(created.key, MAX_KEYS));
    this.#options.log.info(factsOf(created.key), 'key created');
    return created;
  }

  /** Begins a pairing. @param rights of the key that the code is traded for @throws AppError `storage-*` */
  async startPairing(rights: KeyRights): Promise<{ code: string; expiresAt: number }> {
    const now = this.#now();
    const expiresAt = now + PAIRING_MS;
    const code = newPairingCode();
    await this.#repository.addPairing(hashOf(normalCode(code)), rights, { now, expiresAt });
    return { code, expiresAt };
  }

  /** Trades a code for a key. @throws AppError `pairing-not-found`, `too-many-keys`, `storage-*` */
  async redeem(code: string, name: string): Promise<CreatedKey> {
    const made = Promise.withResolvers<CreatedKey>();
    const makeKey = (rights: KeyRights): Key => {
      const created = this.#make(name, rights);
      made.resolve(created);
      return created.key;
    };
    const hash = hashOf(normalCode(code));
    await this.#inOrder(() => this.#repository.redeem(hash, this.#now(), makeKey, MAX_KEYS));
    const created = await made.promise;
    this.#options.log.info(factsOf(created.key), 'app paired');
    return created;
  }

  /** Oldest first, those that have expired too. */
  async list(): Promise<UsedKey[]> {
    const keys = await this.#repository.list();
    const uses = await this.#repository.uses();
    const { recentlyUsed } = this.#options.known;
    return keys.map((key) => ({
      ...key,
      lastUsedAt: recentlyUsed.has(key.id) ? this.#now() : uses.get(key.id),
    }));
  }

  /** Revokes a key, with its sockets and streams. @throws AppError `key-not-found`, `storage-*` */
  async remove(id: string): Promise<void> {
    await this.#inOrder(() => this.#repository.remove(id));
    this.#options.log.info({ key: id }, 'key revoked');
  }

  async #compare(): Promise<void> {
    if (this.#options.known.hasExactly(await this.#repository.ids())) return;
    await this.#inOrder(async () => {});
  }

  async #noteUse(): Promise<void> {
    const { known } = this.#options;
    const ids = known.takeUsed();
    if (ids.length === 0) return;
    try {
      await this.#repository.noteUse(ids, this.#now());
    } catch (error) {
      for (const id of ids) known.used(id);
      throw error;
    }
  }

  #make(name: string, rights: KeyRights): CreatedKey {
    const { id, text } = newKeyText();
    const digest = this.#options.box.seal(JSON.stringify(digestSecretsOf(id, text)));
    return { key: { ...rights, id, name, createdAt: this.#now(), hash: hashOf(text), digest }, text };
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
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

function factsOf({ id, name, scope, cameras }: Key): object {
  return { key: id, name, scope, ...(cameras === undefined ? {} : { cameras: [...cameras] }) };
}
