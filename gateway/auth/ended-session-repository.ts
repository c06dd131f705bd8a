/** Sessions that were ended before their time, in the database. */
import type { Kysely } from 'kysely';
import type { Database } from '../store/database.ts';

/** The table `ended_sessions`, which all gateways on a database share. */
export class EndedSessionRepository {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** Those whose cookies would still be valid: id and the time until then. @param now Unix milliseconds */
  async list(now: number): Promise<Map<string, number>> {
    const rows = await this.#db
      .selectFrom('ended_sessions')
      .selectAll()
      .where('kept_until', '>=', now)
      .execute();
    return new Map(rows.map(({ id, kept_until }) => [id, kept_until]));
  }

  /** Adds some, known ones included. */
  async add(ended: ReadonlyMap<string, number>): Promise<void> {
    if (ended.size === 0) return;
    await this.#db
      .insertInto('ended_sessions')
      .values([...ended].map(([id, kept_until]) => ({ id, kept_until })))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }

  /** Forgets those whose cookies would be void by now. @param now Unix milliseconds */
  async prune(now: number): Promise<void> {
    await this.#db.deleteFrom('ended_sessions').where('kept_until', '<', now).execute();
  }
}
