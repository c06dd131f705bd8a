/** The table `session_cameras` in PostgreSQL: each method is one statement, times are those of the database's clock. */
import { sql } from 'kysely';
import { DATABASE_NOW } from '../store/database-clock.ts';
import type { SessionCamerasTable } from '../store/placement-tables.ts';
import type { Store } from '../store/store.ts';

/** A row whose keeper lives. */
export type SessionRow = Pick<SessionCamerasTable, 'camera_id' | 'version' | 'sealed'>;

/** Rows of gateways that are gone are removed after this long: a database that was away loses none. */
const REMOVED_AFTER_MS = 24 * 3_600_000;

/** Reads and changes what clients connected and disconnected for the life of a gateway. */
export class SessionCameraRepository {
  readonly #store: Pick<Store, 'db'>;

  constructor(store: Pick<Store, 'db'>) {
    this.#store = store;
  }

  /** Rows of a gateway last for so much longer. @param keeper random, of its process */
  async renew(keeper: string, ttlMs: number): Promise<void> {
    await sql`update session_cameras set until = ${DATABASE_NOW} + ${ttlMs}::bigint where keeper = ${keeper}`.execute(
      this.#store.db,
    );
  }

  async rows(): Promise<SessionRow[]> {
    const { rows } =
      await sql<SessionRow>`select camera_id, version, sealed from session_cameras where until > ${DATABASE_NOW}`.execute(
        this.#store.db,
      );
    return rows;
  }

  /** Puts a camera, which this gateway keeps from now on. @returns its version */
  async put(keeper: string, cameraId: string, { sealed, ttlMs }: { sealed: string; ttlMs: number }) {
    const { rows } = await sql<{ version: number }>`
      insert into session_cameras (camera_id, keeper, until, version, sealed)
      values (${cameraId}, ${keeper}, ${DATABASE_NOW} + ${ttlMs}::bigint, txid_current(), ${sealed})
      on conflict (camera_id) do update set keeper = excluded.keeper, until = excluded.until,
        version = excluded.version, sealed = excluded.sealed
      returning version`.execute(this.#store.db);
    return (rows[0] as { version: number }).version;
  }

  /** Removes a camera, and those of gateways that are gone for a day. */
  async remove(cameraId: string): Promise<void> {
    await sql`
      delete from session_cameras where camera_id = ${cameraId} or until < ${DATABASE_NOW} - ${REMOVED_AFTER_MS}::bigint`.execute(
      this.#store.db,
    );
  }

  /** Removes what a gateway keeps. */
  async release(keeper: string): Promise<void> {
    await sql`delete from session_cameras where keeper = ${keeper}`.execute(this.#store.db);
  }
}
