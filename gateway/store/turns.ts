/** Which of several gateways on a PostgreSQL database runs a job that one of them runs. */
import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Database, Engine } from './database.ts';
import { DATABASE_NOW } from './database-clock.ts';

/** Turns of one gateway. On SQLite each is its own. */
export class Turns {
  readonly #store: { engine: Engine; db: Kysely<Database> };
  readonly #holder = randomUUID();
  readonly #held = new Set<string>();

  constructor(store: { engine: Engine; db: Kysely<Database> }) {
    this.#store = store;
  }

  /**
   * Takes or keeps the turn of a job. Another gateway gets it when this one has not asked again in time.
   * @param forMs longer than the pause between two runs
   * @throws AppError `storage-*`: it is not known whose turn it is
   */
  async take(job: string, forMs: number): Promise<boolean> {
    if (this.#store.engine === 'sqlite') return true;
    const held_until = sql<number>`${DATABASE_NOW} + ${Math.ceil(forMs)}::bigint`;
    const taken = await this.#store.db
      .insertInto('job_turns')
      .values({ job, holder: this.#holder, held_until })
      .onConflict((conflict) =>
        conflict
          .column('job')
          .doUpdateSet({ holder: this.#holder, held_until })
          .where((turn) =>
            turn.or([
              turn('job_turns.holder', '=', this.#holder),
              turn('job_turns.held_until', '<=', DATABASE_NOW),
            ]),
          ),
      )
      .returning('holder')
      .execute();
    if (taken.length > 0) this.#held.add(job);
    else this.#held.delete(job);
    return taken.length > 0;
  }

  /** Gives every turn to the other gateways. */
  async close(): Promise<void> {
    if (this.#held.size === 0) return;
    await release(this.#store.db, this.#holder);
    this.#held.clear();
  }
}

async function release(db: Kysely<Database>, holder: string): Promise<void> {
  await db.deleteFrom('job_turns').where('holder', '=', holder).execute();
}
