/** News of sign-ins in the database, which all gateways on it read. */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../store/database.ts';
import { DATABASE_NOW } from '../store/database-clock.ts';

/** Something that the other gateways must know. */
export interface SignInNews {
  id: string;
  kind: 'ticket' | 'guess';
  /** Id of a used ticket, or key of the address that sent an invalid token. */
  subject: string;
  /** How long it matters, milliseconds. */
  lifetimeMs: number;
}

/** News as it is read. */
export interface ReadNews extends Pick<SignInNews, 'id' | 'subject'> {
  kind: string;
  ageMs: number;
  /** How long it still matters, milliseconds. */
  leftMs: number;
}

/** The table `sign_in_news`. */
export class SignInNewsRepository {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  /** Adds news. */
  async add(news: readonly SignInNews[]): Promise<void> {
    if (news.length === 0) return;
    await this.#db
      .insertInto('sign_in_news')
      .values(
        news.map(({ id, kind, subject, lifetimeMs }) => ({
          ...{ id, kind, subject, noted_at: DATABASE_NOW },
          kept_until: sql<number>`${DATABASE_NOW} + ${Math.ceil(lifetimeMs)}::bigint`,
        })),
      )
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }

  /** What still matters and is at most this old. @param withinMs undefined: of any age */
  async list(withinMs: number | undefined): Promise<ReadNews[]> {
    let query = this.#db
      .selectFrom('sign_in_news')
      .select(['id', 'kind', 'subject'])
      .select([
        sql<number>`${DATABASE_NOW} - noted_at`.as('ageMs'),
        sql<number>`kept_until - ${DATABASE_NOW}`.as('leftMs'),
      ])
      .where('kept_until', '>', DATABASE_NOW);
    if (withinMs !== undefined)
      query = query.where('noted_at', '>', sql<number>`${DATABASE_NOW} - ${Math.ceil(withinMs)}::bigint`);
    return query.execute();
  }

  /** Forgets what no longer matters. */
  async prune(): Promise<void> {
    await this.#db.deleteFrom('sign_in_news').where('kept_until', '<=', DATABASE_NOW).execute();
  }
}
