/**
 * The table `camera_faults` in PostgreSQL: cameras that break their workers, counted over all gateways, and which
 * gateway keeps one apart. Each method is one statement, times are those of the database's clock.
 */
import { sql } from 'kysely';
import { LEASE_MS } from '#shared/worker-lease.ts';
import { DATABASE_NOW } from '../store/database-clock.ts';
import type { Store } from '../store/store.ts';

/** A camera that a gateway keeps apart, or kept until its lease was over. */
export interface SharedFault {
  cameraId: string;
  isOurs: boolean;
  /** Whether the lease of its gateway lasts. */
  isHeld: boolean;
  reason: string;
  faults: number;
}

export interface FaultRepositoryOptions {
  store: Pick<Store, 'db'>;
  /** Name of this gateway. */
  name: string;
  /** Gateways that see the same end of a remote worker do so within this, milliseconds. */
  sameMs?: number;
  leaseMs?: number;
}

const SAME_MS = 3000;

/** Counts and keeps apart for one gateway. */
export class FaultRepository {
  readonly #options: Required<FaultRepositoryOptions>;

  constructor({ sameMs = SAME_MS, leaseMs = LEASE_MS, ...options }: FaultRepositoryOptions) {
    this.#options = { ...options, sameMs, leaseMs };
  }

  /** @returns how many faults of this camera all gateways saw within the window */
  async note(cameraId: string, reason: string, windowMs: number): Promise<number> {
    const { sameMs } = this.#options;
    const times = sql`select value::bigint as at from json_array_elements_text(camera_faults.times::json)`;
    const { rows } = await sql<{ faults: number }>`
      insert into camera_faults (camera_id, times, reason)
      values (${cameraId}, json_build_array(${DATABASE_NOW})::text, ${reason})
      on conflict (camera_id) do update set reason = excluded.reason, times = (
        select json_agg(at order by at)::text from (
          select at from (${times}) as known where at > ${DATABASE_NOW} - ${windowMs}::bigint
          union all
          select ${DATABASE_NOW} where not exists (
            select from (${times}) as newest where at > ${DATABASE_NOW} - ${sameMs}::bigint)) as all_times)
      returning json_array_length(times::json) as faults`.execute(this.#options.store.db);
    return rows[0]?.faults ?? 1;
  }

  /** Keeps a camera apart here. @returns whether no other gateway does so already */
  async take(cameraId: string): Promise<boolean> {
    const { name, leaseMs } = this.#options;
    const { rows } = await sql`
      update camera_faults set keeper = ${name}, until = ${DATABASE_NOW} + ${leaseMs}::bigint
      where camera_id = ${cameraId} and (keeper is null or keeper = ${name} or until < ${DATABASE_NOW})
      returning camera_id`.execute(this.#options.store.db);
    return rows.length > 0;
  }

  /** Renews what this gateway keeps. @returns what all of them keep */
  async read(): Promise<SharedFault[]> {
    const { name, leaseMs } = this.#options;
    const { rows } = await sql<SharedFault>`
      with renewed as (
        update camera_faults set until = ${DATABASE_NOW} + ${leaseMs}::bigint where keeper = ${name})
      select camera_id as "cameraId", keeper = ${name} as "isOurs", until > ${DATABASE_NOW} as "isHeld", reason,
        json_array_length(times::json) as faults
      from camera_faults where keeper is not null order by camera_id`.execute(this.#options.store.db);
    return rows;
  }

  /** Lets a camera go back: one more fault puts it apart again. Forgets those that behaved for an hour. */
  async release(cameraId: string, windowMs: number): Promise<void> {
    const { name } = this.#options;
    await sql`
      with forgotten as (
        delete from camera_faults where keeper is null and camera_id <> ${cameraId}
          and (times::json->>-1)::bigint < ${DATABASE_NOW} - ${windowMs}::bigint)
      update camera_faults set keeper = null, until = null, times = json_build_array(${DATABASE_NOW})::text
      where camera_id = ${cameraId} and keeper = ${name}`.execute(this.#options.store.db);
  }
}
