/**
 * The tables `workers` and `camera_owners` in PostgreSQL. Each method is one statement, so that it works behind
 * a pooler that gives every transaction another session; times are those of the database's clock.
 */
import { sql } from 'kysely';
import { AppError } from '#shared/errors.ts';
import type { Transaction } from '../store/database.ts';
import type { CameraOwnersTable, WorkersTable } from '../store/placement-tables.ts';
import type { Store } from '../store/store.ts';

/** This process as a keeper of workers. */
export interface Keeper {
  name: string;
  incarnation: string;
}

/** A worker whose lease is renewed. */
export interface LeasedWorker {
  name: string;
  /** Sealed; null where every gateway knows the way. */
  address: string | null;
  labels: string;
  capacity: number;
}

/** A worker as all gateways see it. */
export type KnownWorker = Omit<WorkersTable, 'until'> & { isAlive: boolean };

const NOW = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/**
 * Lets a transaction go on only while a camera is where this gateway believes it; the row cannot change until it ends.
 * @throws AppError `stale-order`
 */
export async function expectEpoch(trx: Transaction, cameraId: string, epoch: number): Promise<void> {
  const query = sql<{
    epoch: number;
  }>`select epoch from camera_owners where camera_id = ${cameraId} for share`;
  const { rows } = await query.execute(trx);
  const now = rows[0]?.epoch;
  if (now !== undefined && now > epoch)
    throw new AppError('stale-order', `Camera ${cameraId} has moved since`);
}

/** Reads and changes placement. */
export class PlacementRepository {
  readonly #store: Pick<Store, 'db'>;
  /** Statements so far. */
  queries = 0;

  constructor(store: Pick<Store, 'db'>) {
    this.#store = store;
  }

  /**
   * Renews leases, and takes those that are over.
   * @param isFirst the first time of this process, which takes over from an earlier one of its name
   * @returns term of each worker that this process keeps
   */
  async renew(
    { name, incarnation }: Keeper,
    workers: readonly LeasedWorker[],
    { ttlMs, isFirst }: { ttlMs: number; isFirst: boolean },
  ): Promise<Map<string, number>> {
    if (workers.length === 0) return new Map();
    const rows = await this.#run<{ name: string; term: number }>(sql`
      insert into workers (name, keeper, incarnation, until, address, labels, capacity, term)
      select r.name, ${name}, ${incarnation}, ${NOW} + ${ttlMs}::bigint, r.address, r.labels, r.capacity, ${NOW}
      from json_to_recordset(${JSON.stringify(workers)}::json)
        as r(name text, address text, labels text, capacity double precision)
      order by r.name
      on conflict (name) do update set keeper = excluded.keeper, incarnation = excluded.incarnation,
        until = excluded.until, address = excluded.address, labels = excluded.labels,
        capacity = excluded.capacity,
        term = case when workers.incarnation = excluded.incarnation then workers.term
          else greatest(workers.term + 1, excluded.term) end
      where workers.incarnation = excluded.incarnation or workers.until < ${NOW}
        or (${isFirst}::boolean and workers.keeper = excluded.keeper)
      returning name, term`);
    return new Map(rows.map((row) => [row.name, row.term]));
  }

  /** Ends the leases of this process, so that others need not wait for their end. */
  async release({ incarnation }: Keeper): Promise<void> {
    await this.#run(sql`update workers set until = 0 where incarnation = ${incarnation}`);
  }

  /** Every worker, those whose lease is over among them. */
  async workers(): Promise<KnownWorker[]> {
    return this.#run<KnownWorker>(sql`
      select name, keeper, incarnation, address, labels, capacity, term, until > ${NOW} as "isAlive"
      from workers order by name`);
  }

  /** Rows that changed after a change. @param since 0 for all */
  async owners(since: number): Promise<CameraOwnersTable[]> {
    return this.#run<CameraOwnersTable>(sql`
      select camera_id, worker, epoch, change from camera_owners where change > ${since} order by change`);
  }

  /** Adds cameras; those that are there stay as they are. */
  async enrol(cameras: readonly { id: string; worker: string | null }[]): Promise<void> {
    await this.#run(sql`
      insert into camera_owners (camera_id, worker, epoch, change)
      select r.id, r.worker, 1, nextval('placement_change')
      from json_to_recordset(${JSON.stringify(cameras)}::json) as r(id text, worker text)
      order by r.id on conflict do nothing`);
  }

  /** Forgets cameras. */
  async drop(ids: readonly string[]): Promise<void> {
    await this.#run(sql`
      delete from camera_owners where camera_id in (select json_array_elements_text(${JSON.stringify(ids)}::json))`);
  }

  /**
   * Gives a worker of this process cameras of no worker, or of one whose lease is over. No two workers take one.
   * @param mayTake whether those of workers whose lease is over may be taken @returns how many
   */
  async claim(
    { incarnation }: Keeper,
    worker: string,
    { most, mayTake }: { most: number; mayTake: boolean },
  ): Promise<number> {
    const rows = await this.#run(sql`
      update camera_owners o set worker = ${worker}, epoch = o.epoch + 1, change = nextval('placement_change')
      where camera_id in (
        select c.camera_id from camera_owners c
        where (c.worker is null or (${mayTake}::boolean and not exists (
            select 1 from workers w where w.name = c.worker and w.until > ${NOW})))
          and exists (select 1 from workers w where w.name = ${worker}
            and w.incarnation = ${incarnation} and w.until > ${NOW})
        limit ${most} for update skip locked)
      returning camera_id`);
    return rows.length;
  }

  /** Takes cameras from a worker of this process, for others to claim. */
  async giveBack({ incarnation }: Keeper, worker: string, most: number): Promise<void> {
    await this.#run(sql`
      update camera_owners set worker = null, epoch = epoch + 1, change = nextval('placement_change')
      where camera_id in (
        select c.camera_id from camera_owners c where c.worker = ${worker}
          and exists (select 1 from workers w where w.name = ${worker} and w.incarnation = ${incarnation})
        order by c.change desc limit ${most} for update skip locked)`);
  }

  async #run<Row>(query: ReturnType<typeof sql>): Promise<Row[]> {
    this.queries += 1;
    const { rows } = await query.execute(this.#store.db);
    return rows as Row[];
  }
}
