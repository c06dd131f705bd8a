/** Cameras of the registry as rows; passwords sealed. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { rtspSourceSchema } from '#shared/camera-source.ts';
import type { CameraRow, Database } from '../store/database.ts';
import type { SecretBox } from '../store/secret-box.ts';
import { analysisSwitchesSchema } from './analysis-switches.ts';
import type {
  RegisteredCamera,
  RegisteredSource,
  RegistryOrigin,
  StoredCamera,
} from './registered-camera.ts';

const storedSourceSchema = z.discriminatedUnion('kind', [
  rtspSourceSchema.omit({ password: true, isSimulator: true }),
  z.object({ kind: z.literal('video'), stream: z.string() }),
]);

/** Rows in one statement; SQLite takes 32,766 values in one. */
const CHUNK = 500;

/** Reads and writes the table `cameras`; every call takes the connection or transaction to use. */
export class CameraRepository {
  readonly #box: SecretBox;

  constructor(box: SecretBox) {
    this.#box = box;
  }

  async all(db: Kysely<Database>): Promise<StoredCamera[]> {
    const rows = await db.selectFrom('cameras').selectAll().execute();
    return rows.map((row) => this.#fromRow(row));
  }

  /** Cameras by their ids, unknown ids left out. */
  async some(db: Kysely<Database>, ids: readonly string[]): Promise<StoredCamera[]> {
    const found: StoredCamera[] = [];
    for (let start = 0; start < ids.length; start += CHUNK) {
      const chunk = ids.slice(start, start + CHUNK);
      const rows = await db.selectFrom('cameras').selectAll().where('id', 'in', chunk).execute();
      found.push(...rows.map((row) => this.#fromRow(row)));
    }
    return found;
  }

  /** When each camera was changed last, by id: cheap to read often. */
  async versions(db: Kysely<Database>): Promise<Map<string, number>> {
    const rows = await db.selectFrom('cameras').select(['id', 'updated_at']).execute();
    return new Map(rows.map((row) => [row.id, row.updated_at]));
  }

  async find(db: Kysely<Database>, id: string): Promise<StoredCamera | undefined> {
    const row = await db.selectFrom('cameras').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : this.#fromRow(row);
  }

  /** Adds a camera. @returns false when its id is taken */
  async insert(
    db: Kysely<Database>,
    camera: RegisteredCamera,
    origin: RegistryOrigin,
    now: number,
  ): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('cameras')
      .values(this.#toRow(camera, origin, now))
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** Adds cameras and replaces those whose id is taken; they keep the time of their creation. */
  async upsert(
    db: Kysely<Database>,
    cameras: readonly RegisteredCamera[],
    origin: RegistryOrigin,
    now: number,
  ): Promise<void> {
    for (let start = 0; start < cameras.length; start += CHUNK) {
      const rows = cameras.slice(start, start + CHUNK).map((camera) => this.#toRow(camera, origin, now));
      await db
        .insertInto('cameras')
        .values(rows)
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet((set) => ({
            name: set.ref('excluded.name'),
            location: set.ref('excluded.location'),
            source: set.ref('excluded.source'),
            password: set.ref('excluded.password'),
            enabled: set.ref('excluded.enabled'),
            analysis: set.ref('excluded.analysis'),
            origin: set.ref('excluded.origin'),
            updated_at: set.ref('excluded.updated_at'),
          })),
        )
        .execute();
    }
  }

  /** Removes cameras; unknown ids are fine. @returns how many were there */
  async remove(db: Kysely<Database>, ids: readonly string[]): Promise<number> {
    let removed = 0;
    for (let start = 0; start < ids.length; start += CHUNK) {
      const chunk = ids.slice(start, start + CHUNK);
      const { numDeletedRows } = await db.deleteFrom('cameras').where('id', 'in', chunk).executeTakeFirst();
      removed += Number(numDeletedRows);
    }
    return removed;
  }

  #toRow(camera: RegisteredCamera, origin: RegistryOrigin, now: number): CameraRow {
    const password = camera.source.kind === 'rtsp' ? camera.source.password : '';
    return {
      id: camera.id,
      name: camera.name,
      location: camera.location,
      source: JSON.stringify(storedSourceSchema.parse(camera.source)),
      password: password === '' ? null : this.#box.seal(password),
      enabled: Number(camera.enabled),
      analysis: JSON.stringify(camera.analysis),
      origin,
      created_at: now,
      updated_at: now,
    };
  }

  #fromRow(row: CameraRow): StoredCamera {
    const password = this.#passwordOf(row);
    return {
      id: row.id,
      name: row.name,
      location: row.location,
      source: sourceOf(row, password ?? ''),
      isPasswordLost: password === undefined,
      enabled: row.enabled === 1,
      analysis: analysisSwitchesSchema.parse(JSON.parse(row.analysis)),
      origin: row.origin as RegistryOrigin,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    };
  }

  /** @returns undefined when the key is another one: the other cameras must not suffer from it */
  #passwordOf(row: CameraRow): string | undefined {
    if (row.password === null) return '';
    try {
      return this.#box.open(row.password);
    } catch {
      return undefined;
    }
  }
}

function sourceOf(row: CameraRow, password: string): RegisteredSource {
  const source = storedSourceSchema.parse(JSON.parse(row.source));
  return source.kind === 'video' ? source : { ...source, password };
}
