/** The tables `access_keys` and `pairings`, which all gateways on a database share. Of a row only the time of its last use changes. */
import { AppError } from '#shared/errors.ts';
import type { AccessKeyRow, Transaction } from '../../store/database.ts';
import type { Store } from '../../store/store.ts';
import type { Key, KeyRights, Scope } from './key.ts';

/** Stores keys. */
export class KeyRepository {
  readonly #store: Pick<Store, 'db' | 'transaction'>;

  constructor(store: Pick<Store, 'db' | 'transaction'>) {
    this.#store = store;
  }

  /** Oldest first. */
  async list(): Promise<Key[]> {
    const rows = await this.#store.db.selectFrom('access_keys').selectAll().orderBy('created_at').execute();
    return rows.map(keyOf);
  }

  async ids(): Promise<string[]> {
    const rows = await this.#store.db.selectFrom('access_keys').select('id').execute();
    return rows.map(({ id }) => id);
  }

  /** @param max most keys there may be @throws AppError `too-many-keys` */
  insert(key: Key, max: number): Promise<void> {
    return this.#store.transaction((trx) => insert(trx, key, max));
  }

  /** When keys were used last, Unix milliseconds, by id. */
  async uses(): Promise<Map<string, number>> {
    const rows = await this.#store.db.selectFrom('access_keys').select(['id', 'last_used_at']).execute();
    return new Map(rows.flatMap(({ id, last_used_at: at }) => (at === null ? [] : [[id, at]])));
  }

  /** Notes that keys were used. */
  async noteUse(ids: readonly string[], now: number): Promise<void> {
    await this.#store.db
      .updateTable('access_keys')
      .set({ last_used_at: now })
      .where('id', 'in', ids)
      .execute();
  }

  /** Stores a code of a pairing, and forgets those that have expired. @param hash of the code */
  async addPairing(hash: string, rights: KeyRights, { now, expiresAt }: { now: number; expiresAt: number }) {
    const { db } = this.#store;
    await db.deleteFrom('pairings').where('expires_at', '<=', now).execute();
    const { expires_at, ...columns } = columnsOf(rights);
    const row = { hash, ...columns, key_expires_at: expires_at, expires_at: expiresAt };
    await db.insertInto('pairings').values(row).execute();
  }

  /**
   * Uses up a code and stores a key, or does neither.
   * @param hash of the code @throws AppError `pairing-not-found`, `too-many-keys`
   */
  redeem(hash: string, now: number, makeKey: (rights: KeyRights) => Key, max: number): Promise<void> {
    return this.#store.transaction(async (trx) => {
      const row = await trx.deleteFrom('pairings').where('hash', '=', hash).returningAll().executeTakeFirst();
      if (row === undefined || row.expires_at <= now)
        throw new AppError('pairing-not-found', 'The code is not valid, was used, or has expired');
      await insert(trx, makeKey(rightsOf({ ...row, expires_at: row.key_expires_at })), max);
    });
  }

  /** @throws AppError `key-not-found` */
  async remove(id: string): Promise<void> {
    const { numDeletedRows } = await this.#store.db
      .deleteFrom('access_keys')
      .where('id', '=', id)
      .executeTakeFirst();
    if (Number(numDeletedRows) === 0) throw new AppError('key-not-found', 'There is no key with this id');
  }
}

async function insert(trx: Transaction, key: Key, max: number): Promise<void> {
  const { rows } = await trx
    .selectFrom('access_keys')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow();
  if (Number(rows) >= max) throw new AppError('too-many-keys', `There are ${max} keys already`);
  const { id, name, createdAt, hash, digest } = key;
  const row = { id, name, created_at: createdAt, hash, digest, last_used_at: null, ...columnsOf(key) };
  await trx.insertInto('access_keys').values(row).execute();
}

function keyOf(row: AccessKeyRow): Key {
  const { id, name, created_at, hash, digest } = row;
  return { id, name, createdAt: created_at, hash, digest, ...rightsOf(row) };
}

type RightsColumns = Pick<AccessKeyRow, 'scope' | 'cameras' | 'expires_at'>;

function rightsOf({ scope, cameras, expires_at }: RightsColumns): KeyRights {
  return {
    scope: scope as Scope,
    cameras: cameras === null ? undefined : new Set(JSON.parse(cameras) as string[]),
    expiresAt: expires_at ?? undefined,
  };
}

function columnsOf({ scope, cameras, expiresAt }: KeyRights): RightsColumns {
  return {
    scope,
    cameras: cameras === undefined ? null : JSON.stringify([...cameras]),
    expires_at: expiresAt ?? null,
  };
}
