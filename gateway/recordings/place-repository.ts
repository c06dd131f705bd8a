/** The table `recording_places`: which workers may have recordings of a camera. */
import type { Kysely } from 'kysely';
import type { Database } from '../store/database.ts';
import type { Store } from '../store/store.ts';

/** A worker that may have recordings of a camera. */
export interface Place {
  cameraId: string;
  worker: string;
  /** Nothing is left there after this time, Unix milliseconds. */
  keepUntil: number;
}

/** Reads and writes places. */
export class PlaceRepository {
  readonly #store: Pick<Store, 'db'>;

  constructor(store: Pick<Store, 'db'>) {
    this.#store = store;
  }

  /** Adds places; those that are known stay longer, never shorter. */
  async save(places: readonly Place[]): Promise<void> {
    for (const { cameraId, worker, keepUntil } of places) {
      await this.#db
        .insertInto('recording_places')
        .values({ camera_id: cameraId, worker, keep_until: Math.ceil(keepUntil) })
        .onConflict((conflict) =>
          conflict
            .columns(['camera_id', 'worker'])
            .doUpdateSet({ keep_until: Math.ceil(keepUntil) })
            .whereRef('recording_places.keep_until', '<', 'excluded.keep_until'),
        )
        .execute();
    }
  }

  /** Names of the workers that may have recordings of a camera. */
  async workersOf(cameraId: string): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('recording_places')
      .select('worker')
      .where('camera_id', '=', cameraId)
      .orderBy('keep_until', 'desc')
      .execute();
    return rows.map(({ worker }) => worker);
  }

  async all(): Promise<Place[]> {
    const rows = await this.#db.selectFrom('recording_places').selectAll().execute();
    return rows.map((row) => ({
      ...{ cameraId: row.camera_id, worker: row.worker },
      keepUntil: row.keep_until,
    }));
  }

  /** Nothing of a camera is left at a worker. */
  async remove(cameraId: string, worker: string): Promise<void> {
    await this.#db
      .deleteFrom('recording_places')
      .where('camera_id', '=', cameraId)
      .where('worker', '=', worker)
      .execute();
  }

  /** Forgets places whose time is over. @param now Unix milliseconds */
  async dropOld(now: number): Promise<void> {
    await this.#db.deleteFrom('recording_places').where('keep_until', '<', Math.floor(now)).execute();
  }

  get #db(): Kysely<Database> {
    return this.#store.db;
  }
}
