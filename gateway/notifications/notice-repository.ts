/** What of the table `deliveries` concerns notices: the end of a queue, and how a target fares. */
import type { Transaction } from 'kysely';
import type { Database, DeliveryRow } from '../store/database.ts';
import type { Store } from '../store/store.ts';

/** How the deliveries of a target fare. */
export interface TargetState {
  waiting: number;
  last: Pick<DeliveryRow, 'status' | 'last_status' | 'last_error' | 'updated_at'> | undefined;
}

/** Reads and extends waiting notices. */
export class NoticeRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The newest delivery of a queue, locked: no sender takes it before the transaction ends. */
  newestOf(trx: Transaction<Database>, queue: string): Promise<DeliveryRow | undefined> {
    return trx
      .selectFrom('deliveries')
      .selectAll()
      .where('queue', '=', queue)
      .orderBy('sequence', 'desc')
      .limit(1)
      .$if(this.#store.engine === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
  }

  /** Replaces the sealed payload of a delivery. */
  async replacePayload(trx: Transaction<Database>, sequence: number, payload: string): Promise<void> {
    await trx.updateTable('deliveries').set({ payload }).where('sequence', '=', sequence).execute();
  }

  /** How a target fares. */
  async stateOf(target: string): Promise<TargetState> {
    const ofTarget = this.#store.db.selectFrom('deliveries').where('target', '=', target);
    const { rows } = await ofTarget
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .where('status', '=', 'pending')
      .executeTakeFirstOrThrow();
    const last = await ofTarget
      .select(['status', 'last_status', 'last_error', 'updated_at'])
      .where('attempts', '>', 0)
      .orderBy('updated_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    return { waiting: Number(rows), last };
  }
}
