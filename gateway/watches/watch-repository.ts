/** Creates, lists, changes and deletes watches in the database. */
import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import { AppError } from '#shared/errors.ts';
import type { Database, WatchRow } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import { settingsOf, type WatchSettings } from './watch.ts';
import { afterMotion, atStart } from './watch-progress.ts';

/** The table `watches`, without its leases (see `watch-lease-repository.ts`). */
export class WatchRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @param max most watches there may be @throws AppError `too-many-watches` */
  insert(watch: WatchSettings, max: number, now: number): Promise<WatchRow> {
    return this.#store.transaction(async (trx) => {
      const { rows } = await trx
        .selectFrom('watches')
        .select(({ fn }) => fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow();
      if (Number(rows) >= max) throw new AppError('too-many-watches', `There are ${max} watches already`);
      const id = `watch_${randomUUID()}`;
      const fresh = {
        readings: '[]',
        asked: 0,
        fired: 0,
        last_asked_at: null,
        last_fired_at: null,
        last_event_id: null,
        created_at: now,
        updated_at: now,
      };
      await trx
        .insertInto('watches')
        .values({ id, ...columnsOf(watch), ...atStart(watch.onMotion, now), ...fresh })
        .execute();
      return find(trx, id);
    });
  }

  /** Oldest first. */
  list(cameraId?: string): Promise<WatchRow[]> {
    return this.#store.db
      .selectFrom('watches')
      .selectAll()
      .$if(cameraId !== undefined, (query) => query.where('camera_id', '=', cameraId as string))
      .orderBy('created_at')
      .orderBy('id')
      .execute();
  }

  /** @throws AppError `watch-not-found` */
  async get(id: string): Promise<WatchRow> {
    const row = await this.#store.db
      .selectFrom('watches')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (row === undefined) throw notFound();
    return row;
  }

  /** Changes a watch and restarts it; a pending answer is ignored. @throws AppError `watch-not-found` */
  update(id: string, change: (before: WatchSettings) => WatchSettings, now: number): Promise<WatchRow> {
    return this.#store.transaction(async (trx) => {
      const before = await find(trx, id);
      const after = change(settingsOf(before));
      await trx
        .updateTable('watches')
        .set({ ...columnsOf(after), ...atStart(after.onMotion, now), updated_at: now })
        .where('id', '=', id)
        .execute();
      return find(trx, id);
    });
  }

  /** @throws AppError `watch-not-found` */
  async remove(id: string): Promise<void> {
    const { numDeletedRows } = await this.#store.db
      .deleteFrom('watches')
      .where('id', '=', id)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw notFound();
  }

  /** Makes watches of a camera that wait for motion, anywhere or in one of the zones, due. @returns whether any is due now */
  noteMotion(cameraId: string, zones: readonly string[], now: number): Promise<boolean> {
    return this.#store.transaction(async (trx) => {
      const rows = await trx
        .selectFrom('watches')
        .selectAll()
        .where('camera_id', '=', cameraId)
        .where('on_motion', '=', 1)
        .where('enabled', '=', 1)
        .where((is) =>
          is.or([is('zone', 'is', null), ...(zones.length === 0 ? [] : [is('zone', 'in', [...zones])])]),
        )
        .$if(this.#store.engine === 'postgres', (query) => query.orderBy('id').forUpdate())
        .execute();
      let isAny = false;
      for (const row of rows) {
        const changes = afterMotion(row, now);
        if (changes === undefined) continue;
        isAny = true;
        await trx.updateTable('watches').set(changes).where('id', '=', row.id).execute();
      }
      return isAny;
    });
  }
}

function columnsOf(watch: WatchSettings) {
  return {
    camera_id: watch.cameraId,
    skill: watch.skill,
    prompt: watch.prompt,
    every_ms: watch.everyMs,
    on_motion: watch.onMotion ? 1 : 0,
    condition: JSON.stringify(watch.condition),
    needed: watch.n,
    out_of: watch.of,
    cooldown_ms: watch.cooldownMs,
    deliver: watch.deliver ? 1 : 0,
    area: watch.area === null ? null : JSON.stringify(watch.area),
    zone: watch.zone,
    provider: watch.provider,
    actions: JSON.stringify(watch.actions),
    enabled: watch.enabled ? 1 : 0,
  };
}

async function find(trx: Transaction<Database>, id: string): Promise<WatchRow> {
  const row = await trx.selectFrom('watches').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw notFound();
  return row;
}

function notFound(): AppError {
  return new AppError('watch-not-found', 'There is no watch with this id');
}
