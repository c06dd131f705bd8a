/**
 * The tables `workers` and `camera_owners` in PostgreSQL. Each method is one statement, so that it works behind
 * a pooler that gives every transaction another session; times are those of the database's clock.
 */
import { sql } from 'kysely';
import { AppError } from '#shared/errors.ts';
import type { Transaction } from '../store/database.ts';
import { DATABASE_NOW } from '../store/database-clock.ts';
import type { CameraOwnersTable, WorkersTable } from '../store/placement-tables.ts';
import type { Store } from '../store/store.ts';
import type { Move } from './fair-share.ts';

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
  /** Time since its last sign of life, milliseconds: it gives up its cameras when that is as long as a lease. */
  silentMs: number;
}

/** A worker as all gateways see it. */
export type KnownWorker = Omit<WorkersTable, 'until'> & { isAlive: boolean };

/** A worker that others start gets another keeper so early before it would give up: it runs on without a break. */
const TAKE_OVER_MS = 3000;
/** Only for a lease that lasts longer thereby: gateways to which a slow worker answers alike do not take turns. */
const TAKE_OVER_GAIN_MS = 2000;
/** Incarnation of no process. */
const NO_KEEPER = '';

/** By one statement, so that it ends long before it is cancelled. */
const MOST_CLAIMED = 10_000;
const FORGOTTEN_AFTER_MS = 24 * 3_600_000;

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
   * Renews leases, and takes those that are over or have no keeper, of remote workers those that end soon. Each ends when the worker itself gives up, and no later.
   * @param ttlMs from the last sign of life on
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
      select r.name, ${name}, ${incarnation}, ${DATABASE_NOW} + ${ttlMs}::bigint - ceil(r."silentMs")::bigint,
        r.address, r.labels, r.capacity, ${DATABASE_NOW}
      from json_to_recordset(${JSON.stringify(workers)}::json)
        as r(name text, address text, labels text, capacity double precision, "silentMs" double precision)
      order by r.name
      on conflict (name) do update set keeper = excluded.keeper, incarnation = excluded.incarnation,
        until = excluded.until, address = excluded.address, labels = excluded.labels,
        capacity = excluded.capacity,
        term = case when workers.incarnation = excluded.incarnation then workers.term
          else greatest(workers.term + 1, excluded.term) end
      where workers.incarnation in (excluded.incarnation, ${NO_KEEPER}) or workers.until < ${DATABASE_NOW}
        or (workers.address is null and workers.until < ${DATABASE_NOW} + ${TAKE_OVER_MS}::bigint
          and excluded.until > workers.until + ${TAKE_OVER_GAIN_MS}::bigint)
        or (${isFirst}::boolean and workers.keeper = excluded.keeper)
      returning name, term`);
    return new Map(rows.map((row) => [row.name, row.term]));
  }

  /**
   * Ends what this process keeps, so that others need not wait. Its children end with it; a worker that others start runs
   * its cameras until its lease ends, or another gateway renews it.
   */
  async release({ incarnation }: Keeper): Promise<void> {
    await this.#run(sql`
      update workers set until = case when address is null then until else ${DATABASE_NOW} - 1 end,
        incarnation = ${NO_KEEPER}
      where incarnation = ${incarnation}`);
  }

  /** Removes workers whose lease is over for a day: gateways in containers get new names again and again. */
  async forgetWorkers(): Promise<void> {
    await this.#run(sql`delete from workers where until < ${DATABASE_NOW} - ${FORGOTTEN_AFTER_MS}::bigint`);
  }

  /** Every worker, those whose lease is over among them. */
  async workers(): Promise<KnownWorker[]> {
    return this.#run<KnownWorker>(sql`
      select name, keeper, incarnation, address, labels, capacity, term, until > ${DATABASE_NOW} as "isAlive"
      from workers order by name`);
  }

  /**
   * Rows that changed since an earlier read, by the numbers of their transactions: one that was under way then is
   * read again. Numbers of another server, of which this database was restored, count as old.
   * @param since `mark` of that read; 0 for all rows
   */
  async owners(since: number): Promise<{ rows: CameraOwnersTable[]; mark: number }> {
    const rows = await this.#run<CameraOwnersTable & { mark: number }>(sql`
      select camera_id, worker, epoch, change, labels,
        (select txid_snapshot_xmin(txid_current_snapshot())) as mark
      from camera_owners where change >= ${since}
        and (${since} = 0 or change < (select txid_snapshot_xmax(txid_current_snapshot())))`);
    return { rows: rows.map(({ mark, ...row }) => row), mark: rows[0]?.mark ?? since };
  }

  /** How many rows there are, and the sum of their epochs. */
  async sums(): Promise<{ rows: number; epochs: number }> {
    const sums = await this.#run<{ rows: number; epochs: number }>(sql`
      select count(*) as rows, coalesce(sum(epoch), 0)::bigint as epochs from camera_owners`);
    return sums[0] ?? { rows: 0, epochs: 0 };
  }

  /**
   * Adds cameras; those that are there stay as they are. Their first epoch is the time in tenths of a second: a camera
   * that was forgotten and comes again has a higher one than before, as its worker expects.
   */
  async enrol(cameras: readonly { id: string; worker: string | null; labels?: string }[]): Promise<void> {
    await this.#run(sql`
      insert into camera_owners (camera_id, worker, epoch, change, labels)
      select r.id, r.worker, ${DATABASE_NOW} / 100, txid_current(), coalesce(r.labels, '')
      from json_to_recordset(${JSON.stringify(cameras)}::json) as r(id text, worker text, labels text)
      order by r.id on conflict do nothing`);
  }

  /** Changes what cameras ask for. @param cameras each with the worker that it keeps, where that carries the labels */
  async relabel(cameras: readonly { id: string; worker: string | null; labels: string }[]): Promise<void> {
    await this.#run(sql`
      update camera_owners o set labels = r.labels, worker = case when o.worker = r.worker then o.worker end,
        epoch = o.epoch + case when o.worker = r.worker then 0 else 1 end, change = txid_current()
      from json_to_recordset(${JSON.stringify(cameras)}::json) as r(id text, worker text, labels text)
      where o.camera_id = r.id and o.labels <> r.labels`);
  }

  /** Forgets cameras. */
  async drop(ids: readonly string[]): Promise<void> {
    await this.#run(sql`
      delete from camera_owners where camera_id in (select json_array_elements_text(${JSON.stringify(ids)}::json))`);
  }

  /**
   * Gives workers of this process cameras of no worker, or of one whose lease is over, up to 10,000 of them. No two
   * workers take one.
   * @param moves most cameras for each worker
   * @param mayTake whether those of workers whose lease is over may be taken @returns how many
   */
  async claim(
    { incarnation }: Keeper,
    moves: readonly Move[],
    { mayTake }: { mayTake: boolean },
  ): Promise<number> {
    const rows = await this.#run(sql`
      with alive as materialized (select name, incarnation from workers where until > ${DATABASE_NOW}),
        slots as materialized (
          select m.worker, m.labels, row_number() over (partition by m.labels) as number
          from json_to_recordset(${JSON.stringify(moves)}::json) as m(worker text, labels text, count bigint)
          join alive a on a.name = m.worker and a.incarnation = ${incarnation}
          cross join generate_series(1, m.count) limit ${MOST_CLAIMED}),
        sets as materialized (select labels, count(*) as size from slots group by labels),
        picked as materialized (
          select c.camera_id, s.labels from sets s cross join lateral (
            select camera_id from camera_owners
            where labels = s.labels
              and (worker is null or (${mayTake}::boolean and worker not in (select name from alive)))
            limit s.size for update skip locked) c),
        numbered as materialized (
          select camera_id, labels, row_number() over (partition by labels) as number from picked)
      update camera_owners o set worker = s.worker, epoch = o.epoch + 1, change = txid_current()
      from numbered n join slots s on n.number = s.number and n.labels = s.labels
      where o.camera_id = n.camera_id
      returning o.camera_id`);
    return rows.length;
  }

  /** Takes cameras from workers of this process, for others to claim. @param moves most cameras of each worker */
  async giveBack({ incarnation }: Keeper, moves: readonly Move[]): Promise<void> {
    await this.#run(sql`
      update camera_owners set worker = null, epoch = epoch + 1, change = txid_current()
      where camera_id in (
        select c.camera_id
        from json_to_recordset(${JSON.stringify(moves)}::json) as m(worker text, labels text, count bigint)
        join workers w on w.name = m.worker and w.incarnation = ${incarnation}
        cross join lateral (
          select camera_id from camera_owners where worker = m.worker and labels = m.labels
          order by change desc, camera_id limit m.count for update skip locked) c)`);
  }

  async #run<Row>(query: ReturnType<typeof sql>): Promise<Row[]> {
    this.queries += 1;
    const { rows } = await query.execute(this.#store.db);
    return rows as Row[];
  }
}
