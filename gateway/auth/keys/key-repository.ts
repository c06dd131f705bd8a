/** The table `access_keys`, which all gateways on a database share. Rows are never changed. */
import { AppError } from '#shared/errors.ts';
import type { AccessKeyRow } from '../../store/database.ts';
import type { Store } from '../../store/store.ts';
import type { Key, Scope } from './key.ts';

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
    return this.#store.transaction(async (trx) => {
      const { rows } = await trx
        .selectFrom('access_keys')
        .select(({ fn }) => fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow();
      if (Number(rows) >= max) throw new AppError('too-many-keys', `There are ${max} keys already`);
      await trx.insertInto('access_keys').values(rowOf(key)).execute();
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

function keyOf(row: AccessKeyRow): Key {
  return {
    id: row.id,
    name: row.name,
    scope: row.scope as Scope,
    cameras: row.cameras === null ? undefined : new Set(JSON.parse(row.cameras) as string[]),
    expiresAt: row.expires_at ?? undefined,
    createdAt: row.created_at,
    hash: row.hash,
    digest: row.digest,
  };
}

function rowOf(key: Key): AccessKeyRow {
  return {
    id: key.id,
    name: key.name,
    scope: key.scope,
    cameras: key.cameras === undefined ? null : JSON.stringify([...key.cameras]),
    expires_at: key.expiresAt ?? null,
    created_at: key.createdAt,
    hash: key.hash,
    digest: key.digest,
  };
}
