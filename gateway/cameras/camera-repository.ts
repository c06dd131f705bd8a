/** Cameras of the registry as rows; passwords, and paths that hold some, are sealed. */
import { type Kysely, sql } from 'kysely';
import {
  type FurtherSources,
  furtherSchema,
  isAddressed,
  type RegisteredSource,
  storedSourceSchema,
} from '#shared/camera-source.ts';
import { NO_RECORDING, recordingSettingsSchema } from '#shared/contract/recording.ts';
import { zonesSchema } from '#shared/contract/zone.ts';
import { storedAnalysisSchema } from '#shared/detections-settings.ts';
import { maskPathSecrets } from '#shared/path-secrets.ts';
import { labelsText, NO_LABELS, parseLabels } from '#shared/worker-labels.ts';
import type { CameraRow, Database } from '../store/database.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { RegisteredCamera, RegistryOrigin, StoredCamera } from './registered-camera.ts';

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

  /** Differs whenever a camera was added, changed or removed. */
  async summary(db: Kysely<Database>): Promise<string> {
    // Not the newest time: the clocks of gateways differ.
    const { count, times } = await db
      .selectFrom('cameras')
      .select(({ fn }) => [
        fn.countAll<number>().as('count'),
        sql<string>`cast(sum(updated_at) as text)`.as('times'),
      ])
      .executeTakeFirstOrThrow();
    return `${count} ${times}`;
  }

  /** Ids under which events or answers are kept. */
  async idsWithHistory(db: Kysely<Database>): Promise<string[]> {
    const answers = db.selectFrom('reason_answers').select('camera_id');
    const rows = await db.selectFrom('events').select('camera_id').union(answers).execute();
    return rows.map((row) => row.camera_id);
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
            sealed_further: set.ref('excluded.sealed_further'),
            sealed_path: set.ref('excluded.sealed_path'),
            agent: set.ref('excluded.agent'),
            labels: set.ref('excluded.labels'),
            enabled: set.ref('excluded.enabled'),
            analysis: set.ref('excluded.analysis'),
            recording: set.ref('excluded.recording'),
            zones: set.ref('excluded.zones'),
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

  /** Seals paths that an earlier version stored in clear. @returns how many */
  async sealPaths(db: Kysely<Database>): Promise<number> {
    const rows = await db
      .selectFrom('cameras')
      .select(['id', 'source'])
      .where('sealed_path', 'is', null)
      .execute();
    const open = rows.map((row) => ({ ...row, stored: this.#storedSource(JSON.parse(row.source)) }));
    const clear = open.filter(({ stored }) => stored.sealed_path !== null);
    for (const { id, source, stored } of clear) {
      // A camera that was changed meanwhile was sealed by that change.
      await db
        .updateTable('cameras')
        .set(stored)
        .where('id', '=', id)
        .where('source', '=', source)
        .executeTakeFirst();
    }
    return clear.length;
  }

  /** Removes old rows from the log of SQLite. */
  async clearLog(db: Kysely<Database>): Promise<void> {
    await sql`pragma wal_checkpoint(truncate)`.execute(db);
  }

  #toRow(camera: RegisteredCamera, origin: RegistryOrigin, now: number): CameraRow {
    const password = isAddressed(camera.source) ? camera.source.password : '';
    return {
      id: camera.id,
      name: camera.name,
      location: camera.location,
      ...this.#storedSource(camera.source),
      password: password === '' ? null : this.#box.seal(password),
      sealed_further: this.#sealFurther(camera.source),
      agent: camera.agent ?? null,
      labels: labelsText(camera.labels ?? NO_LABELS),
      enabled: Number(camera.enabled),
      analysis: JSON.stringify(camera.analysis),
      recording: JSON.stringify(camera.recording ?? NO_RECORDING),
      zones: JSON.stringify(camera.zones ?? []),
      origin,
      created_at: now,
      updated_at: now,
    };
  }

  #sealFurther(source: RegisteredSource): string | null {
    const { sub, still } = isAddressed(source) ? source : {};
    return sub === undefined && still === undefined ? null : this.#box.seal(JSON.stringify({ sub, still }));
  }

  #storedSource(given: unknown): Pick<CameraRow, 'source' | 'sealed_path'> {
    const source = storedSourceSchema.parse(given);
    if (!isAddressed(source)) return { source: JSON.stringify(source), sealed_path: null };
    const path = maskPathSecrets(source.path);
    return {
      source: JSON.stringify({ ...source, path }),
      sealed_path: path === source.path ? null : this.#box.seal(source.path),
    };
  }

  #fromRow(row: CameraRow): StoredCamera {
    const password = this.#open(row.password);
    const path = this.#open(row.sealed_path);
    const further = this.#open(row.sealed_further);
    return {
      id: row.id,
      name: row.name,
      location: row.location,
      source: sourceOf(row, { password: password ?? '', path: path ?? '', further: further ?? '' }),
      isPasswordLost: [password, path, further].includes(undefined),
      agent: row.agent ?? undefined,
      labels: parseLabels(row.labels),
      enabled: row.enabled === 1,
      analysis: storedAnalysisSchema.parse(JSON.parse(row.analysis)),
      zones: zonesSchema.parse(JSON.parse(row.zones)),
      recording:
        row.recording === null ? NO_RECORDING : recordingSettingsSchema.parse(JSON.parse(row.recording)),
      origin: row.origin as RegistryOrigin,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    };
  }

  /** @returns '' for none, undefined when it was sealed with another key: other cameras must not suffer from it */
  #open(sealed: string | null): string | undefined {
    if (sealed === null) return '';
    try {
      return this.#box.open(sealed);
    } catch {
      return undefined;
    }
  }
}

function sourceOf(
  row: CameraRow,
  { password, path, further }: Record<'password' | 'path' | 'further', string>,
): RegisteredSource {
  const source = storedSourceSchema.parse(JSON.parse(row.source));
  if (!isAddressed(source)) return source;
  const { sub, still }: FurtherSources = further === '' ? {} : furtherSchema.parse(JSON.parse(further));
  return {
    ...source,
    password,
    ...(path === '' ? {} : { path }),
    ...(sub && { sub }),
    ...(still && { still }),
  };
}
