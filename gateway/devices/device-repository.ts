/** The `devices` table: every device ever seen, its source, and whether it is active. */
import type { Kysely, Transaction } from 'kysely';
import type { Database, DeviceRow } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import { withoutSignal } from './device-metadata.ts';

/** A device to store. */
export interface DeviceRecord {
  device_key: string;
  device_type: string;
  /** Source of the device; each source writes only its own rows. */
  source: string;
  /** Unix milliseconds. */
  last_seen: number;
  is_active: number;
  /** JSON. */
  device_metadata: string;
}

/** Filter of the list. */
export interface DeviceFilter {
  type?: string | undefined;
  activeOnly?: boolean | undefined;
}

/** Eight values a row: well below the 32,766 bound values of one SQLite statement (sqlite.org/limits.html). */
const ROWS_PER_STATEMENT = 1000;

/** Reads and writes devices. Every method rejects with AppError `storage-full` or `storage-unavailable`. */
export class DeviceRepository {
  readonly #store: Pick<Store, 'db' | 'transaction'>;

  constructor(store: Pick<Store, 'db' | 'transaction'>) {
    this.#store = store;
  }

  /** Devices ordered by key. */
  async list({ type, activeOnly = false }: DeviceFilter = {}): Promise<DeviceRow[]> {
    let query = this.#store.db.selectFrom('devices').selectAll().orderBy('device_key');
    if (type !== undefined) query = query.where('device_type', '=', type);
    if (activeOnly) query = query.where('is_active', '=', 1);
    return await query.execute();
  }

  /** What decides about the public key of each device. */
  async keys(): Promise<Pick<DeviceRow, 'device_key' | 'source' | 'created_at'>[]> {
    return await this.#store.db
      .selectFrom('devices')
      .select(['device_key', 'source', 'created_at'])
      .execute();
  }

  /**
   * Stores the state that one source reports, atomically.
   * @param decide gets the rows of that source by key, returns those to write; others stay
   * @returns the written rows
   */
  async reconcile(
    source: string,
    now: number,
    decide: (known: ReadonlyMap<string, DeviceRow>) => DeviceRecord[],
  ): Promise<DeviceRecord[]> {
    return await this.#store.transaction(async (trx) => {
      const rows = await trx.selectFrom('devices').selectAll().where('source', '=', source).execute();
      const records = decide(new Map(rows.map((row) => [row.device_key, row])));
      await upsert(trx, records, now);
      return records;
    });
  }

  /**
   * Marks devices inactive that no source has seen since `before`; they stay listed.
   * @param before Unix milliseconds @returns their keys
   */
  async deactivateUnseen({ before, now }: { before: number; now: number }): Promise<string[]> {
    return await this.#store.transaction(async (trx) => {
      const rows = await trx
        .selectFrom('devices')
        .selectAll()
        .where('is_active', '=', 1)
        .where('last_seen', '<', before)
        .execute();
      const records = rows.map((row) => ({
        ...row,
        is_active: 0,
        device_metadata: withoutSignal(row.device_metadata, 'unseen'),
      }));
      await upsert(trx, records, now, before);
      return rows.map((row) => row.device_key);
    });
  }
}

/** @param unseenSince if given, rows that were seen since then stay as they are */
async function upsert(
  db: Kysely<Database> | Transaction<Database>,
  records: readonly DeviceRecord[],
  now: number,
  unseenSince?: number,
): Promise<void> {
  // Always in the same order: two gateways that write the same rows cannot deadlock.
  const byKeyOnce = new Map(records.map((record) => [record.device_key, toRow(record, now)]));
  const rows = [...byKeyOnce.values()].sort(byKey);
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    await db
      .insertInto('devices')
      .values(rows.slice(start, start + ROWS_PER_STATEMENT))
      .onConflict((conflict) => {
        const update = conflict.column('device_key').doUpdateSet((excluded) => ({
          device_type: excluded.ref('excluded.device_type'),
          source: excluded.ref('excluded.source'),
          last_seen: excluded.ref('excluded.last_seen'),
          is_active: excluded.ref('excluded.is_active'),
          device_metadata: excluded.ref('excluded.device_metadata'),
          updated_at: excluded.ref('excluded.updated_at'),
        }));
        return unseenSince === undefined ? update : update.where('devices.last_seen', '<', unseenSince);
      })
      .execute();
  }
}

function toRow(record: DeviceRecord, now: number): DeviceRow {
  const { device_key, device_type, source, last_seen, is_active, device_metadata } = record;
  return {
    device_key,
    device_type,
    source,
    last_seen,
    is_active,
    device_metadata,
    created_at: now,
    updated_at: now,
  };
}

function byKey(a: DeviceRow, b: DeviceRow): number {
  return a.device_key < b.device_key ? -1 : 1;
}
