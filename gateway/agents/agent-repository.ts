/** The table `agents`, which all gateways on a database share. Rows are never changed. */
import type { Store } from '../store/store.ts';

/** An agent as it is stored. */
export interface StoredAgent {
  name: string;
  /** SHA-256 of its token, hex. */
  tokenHash: string;
}

/** Stores agents. */
export class AgentRepository {
  readonly #store: Pick<Store, 'db'>;

  constructor(store: Pick<Store, 'db'>) {
    this.#store = store;
  }

  /** In order of their names. */
  async list(): Promise<StoredAgent[]> {
    const rows = await this.#store.db.selectFrom('agents').selectAll().orderBy('name').execute();
    return rows.map(({ name, token_hash }) => ({ name, tokenHash: token_hash }));
  }

  /** @returns false when the name is taken */
  async insert({ name, tokenHash }: StoredAgent, now: number): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#store.db
      .insertInto('agents')
      .values({ name, token_hash: tokenHash, created_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** @returns false when no agent has this name */
  async remove(name: string): Promise<boolean> {
    const { numDeletedRows } = await this.#store.db
      .deleteFrom('agents')
      .where('name', '=', name)
      .executeTakeFirst();
    return numDeletedRows === 1n;
  }
}
