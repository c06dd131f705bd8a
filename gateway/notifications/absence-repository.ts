/** The table `absences`: what each gateway on the database agrees is away. */
import type { Transaction } from '../store/database.ts';
import type { Store } from '../store/store.ts';

/** One that is away. */
export interface StoredAbsence {
  subject: string;
  /** Unix milliseconds. */
  since: number;
  /** Ids of the notifications that count it as away. */
  told: readonly string[];
}

/** Reads and writes absences. */
export class AbsenceRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** All, by subject. */
  async list(): Promise<Map<string, StoredAbsence>> {
    const rows = await this.#store.db.selectFrom('absences').selectAll().execute();
    return new Map(rows.map((row) => [row.subject, { ...row, since: Number(row.since), told: toldOf(row) }]));
  }

  /** Stores absences that no gateway has noticed before. @param since Unix milliseconds */
  async begin(subjects: readonly string[], since: number): Promise<void> {
    if (subjects.length === 0) return;
    await this.#store.db
      .insertInto('absences')
      .values(subjects.map((subject) => ({ subject, since, told: '[]' })))
      .onConflict((conflict) => conflict.column('subject').doNothing())
      .execute();
  }

  /** Ends absences of which nothing was told. */
  async forget(subjects: readonly string[]): Promise<void> {
    if (subjects.length === 0) return;
    await this.#store.db
      .deleteFrom('absences')
      .where('subject', 'in', [...subjects])
      .where('told', '=', '[]')
      .execute();
  }

  /** Ends absences of what is no more, or began before a time. @param before Unix milliseconds */
  async drop(subjects: readonly string[], before: number): Promise<void> {
    const { db } = this.#store;
    if (subjects.length > 0)
      await db
        .deleteFrom('absences')
        .where('subject', 'in', [...subjects])
        .execute();
    await db.deleteFrom('absences').where('since', '<', before).execute();
  }

  /**
   * Has notifications count an absence, each once over all gateways.
   * @param tell stores the notices of those that do not count it yet, in the same transaction
   */
  async count(
    subject: string,
    notifications: readonly string[],
    tell: (trx: Transaction, fresh: readonly string[]) => Promise<void>,
  ): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const told = await this.#lock(trx, subject);
      if (told === undefined) return;
      const fresh = notifications.filter((id) => !told.includes(id));
      if (fresh.length === 0) return;
      const all = JSON.stringify([...told, ...fresh]);
      await trx.updateTable('absences').set({ told: all }).where('subject', '=', subject).execute();
      await tell(trx, fresh);
    });
  }

  /** Ends an absence. @param tell stores the notices of its end, in the same transaction: once over all gateways */
  async end(
    subject: string,
    tell: (trx: Transaction, counted: readonly string[]) => Promise<void>,
  ): Promise<void> {
    await this.#store.transaction(async (trx) => {
      const told = await this.#lock(trx, subject);
      if (told === undefined) return;
      await trx.deleteFrom('absences').where('subject', '=', subject).execute();
      await tell(trx, told);
    });
  }

  /** @returns which notifications count it; undefined where it has ended meanwhile */
  async #lock(trx: Transaction, subject: string): Promise<string[] | undefined> {
    const row = await trx
      .selectFrom('absences')
      .select('told')
      .where('subject', '=', subject)
      .$if(this.#store.engine === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
    return row && toldOf(row);
  }
}

function toldOf({ told }: { told: string }): string[] {
  return JSON.parse(told) as string[];
}
