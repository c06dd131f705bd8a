/** Events and their pictures. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Engine } from '../database.ts';

/** The second migration; see `database.ts` for what the columns mean. */
export function events(engine: Engine): Migration {
  return {
    up: async (db) => {
      await createEvents(db);
      await createSnapshots(db, engine);
    },
  };
}

type AnyDatabase = Kysely<unknown>;

async function createEvents(db: AnyDatabase): Promise<void> {
  await db.schema
    .createTable('events')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('change', 'bigint', (column) => column.notNull())
    .addColumn('camera_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('score', 'double precision')
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('has_snapshot', 'integer', (column) => column.notNull())
    .execute();
  const indexes = {
    events_in_order: ['sequence'],
    events_by_change: ['change'],
    events_by_camera: ['camera_id', 'sequence'],
    events_by_kind: ['kind', 'sequence'],
    events_open: ['ended_at', 'updated_at'],
  };
  for (const [name, columns] of Object.entries(indexes)) {
    await db.schema.createIndex(name).on('events').columns(columns).execute();
  }
}

async function createSnapshots(db: AnyDatabase, engine: Engine): Promise<void> {
  await db.schema
    .createTable('event_snapshots')
    .addColumn('event_id', 'text', (column) =>
      column.primaryKey().notNull().references('events.id').onDelete('cascade'),
    )
    .addColumn('jpeg', engine === 'sqlite' ? 'blob' : 'bytea', (column) => column.notNull())
    .execute();
}
