/** Cameras, devices, camera streams and the outbox. */
import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Engine } from '../database.ts';

/** The first migration; see `database.ts` for what the columns mean. */
export function initial(engine: Engine): Migration {
  return {
    up: async (db) => {
      await createCameras(db);
      await createDevices(db);
      await createCameraStreams(db);
      await createDeliveries(db, engine);
    },
  };
}

type AnyDatabase = Kysely<unknown>;

function withTimes<T extends string>(table: CreateTableBuilder<T>) {
  return table
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull());
}

async function createCameras(db: AnyDatabase): Promise<void> {
  await withTimes(
    db.schema
      .createTable('cameras')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('location', 'text', (column) => column.notNull())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('password', 'text')
      .addColumn('enabled', 'integer', (column) => column.notNull())
      .addColumn('analysis', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull()),
  ).execute();
}

async function createDevices(db: AnyDatabase): Promise<void> {
  await withTimes(
    db.schema
      .createTable('devices')
      .addColumn('device_key', 'text', (column) => column.primaryKey().notNull())
      .addColumn('device_type', 'text', (column) => column.notNull())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('last_seen', 'bigint', (column) => column.notNull())
      .addColumn('is_active', 'integer', (column) => column.notNull())
      .addColumn('device_metadata', 'text', (column) => column.notNull()),
  ).execute();
  await db.schema
    .createIndex('devices_by_type')
    .on('devices')
    .columns(['device_type', 'is_active', 'device_key'])
    .execute();
}

async function createCameraStreams(db: AnyDatabase): Promise<void> {
  await db.schema
    .createTable('camera_streams')
    .addColumn('camera_id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('description', 'text')
    .addColumn('stream_type', 'text', (column) => column.notNull())
    .addColumn('rtsp_url', 'text')
    .addColumn('video_file', 'text')
    .addColumn('video_bytes', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
}

async function createDeliveries(db: AnyDatabase, engine: Engine): Promise<void> {
  const table = db.schema.createTable('deliveries');
  const numbered =
    engine === 'sqlite'
      ? table.addColumn('sequence', 'integer', (column) => column.primaryKey().autoIncrement())
      : table.addColumn('sequence', 'bigserial', (column) => column.primaryKey());
  await withTimes(
    numbered
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .addColumn('camera_id', 'text', (column) => column.notNull())
      .addColumn('payload', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('next_attempt_at', 'bigint', (column) => column.notNull())
      .addColumn('leased_until', 'bigint', (column) => column.notNull())
      .addColumn('lease_owner', 'text')
      .addColumn('last_status', 'integer')
      .addColumn('last_error', 'text')
      .addColumn('last_response', 'text')
      .addColumn('delivered_at', 'bigint'),
  ).execute();
  await db.schema
    .createIndex('deliveries_by_camera')
    .on('deliveries')
    .columns(['status', 'camera_id', 'sequence'])
    .execute();
  await db.schema
    .createIndex('deliveries_due')
    .on('deliveries')
    .columns(['status', 'next_attempt_at'])
    .execute();
  await indexDeliveryLists(db);
  // Few rows are leased at a time, with any number of deliveries.
  await db.schema
    .createIndex('deliveries_leased')
    .on('deliveries')
    .columns(['leased_until', 'camera_id'])
    .where(sql.ref('leased_until'), '>', 0)
    .execute();
}

async function indexDeliveryLists(db: AnyDatabase): Promise<void> {
  const indexes = {
    deliveries_by_status: ['status', 'sequence'],
    deliveries_of_camera: ['camera_id', 'sequence'],
    deliveries_delivered: ['delivered_at'],
  };
  for (const [name, columns] of Object.entries(indexes)) {
    await db.schema.createIndex(name).on('deliveries').columns(columns).execute();
  }
}
