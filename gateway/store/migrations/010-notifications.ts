/** Notifications: who is told of what, the queues of their deliveries, the keys of web push. */
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The tenth migration; see `database.ts` for what the columns mean. */
export function notifications(): Migration {
  return {
    up: async (db) => {
      await createTables(db);
      await addQueues(db);
    },
  };
}

type AnyDatabase = Kysely<unknown>;

async function createTables(db: AnyDatabase): Promise<void> {
  let table = db.schema
    .createTable('notifications')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull());
  for (const name of ['name', 'target', 'settings', 'link_base'])
    table = table.addColumn(name, 'text', (column) => column.notNull());
  for (const name of ['enabled', 'created_at', 'updated_at'])
    table = table.addColumn(name, 'bigint', (column) => column.notNull());
  await table.execute();
  await db.schema
    .createTable('push_keys')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('keys', 'text', (column) => column.notNull())
    .execute();
}

/** The analysis backend and each notification have queues of their own, one for each camera. */
async function addQueues(db: AnyDatabase): Promise<void> {
  for (const name of ['target', 'queue']) {
    const column = db.schema
      .alterTable('deliveries')
      .addColumn(name, 'text', (c) => c.notNull().defaultTo(''));
    await column.execute();
  }
  await sql`update deliveries set queue = camera_id`.execute(db);
  for (const name of ['deliveries_by_camera', 'deliveries_due', 'deliveries_leased'])
    await db.schema.dropIndex(name).execute();
  const indexes = {
    deliveries_by_queue: ['status', 'queue', 'sequence'],
    deliveries_of_queue: ['queue', 'sequence'],
    deliveries_of_target: ['target', 'updated_at'],
  };
  for (const [name, columns] of Object.entries(indexes))
    await db.schema.createIndex(name).on('deliveries').columns(columns).execute();
  for (const [lane, condition] of [
    ['backend', sql<boolean>`target = ''`],
    ['notices', sql<boolean>`target <> ''`],
  ] as const) {
    await db.schema
      .createIndex(`deliveries_due_${lane}`)
      .on('deliveries')
      .columns(['status', 'next_attempt_at'])
      .where(condition)
      .execute();
  }
  // Few rows are leased at a time, with any number of deliveries.
  await db.schema
    .createIndex('deliveries_leased')
    .on('deliveries')
    .columns(['leased_until', 'target', 'queue'])
    .where(sql.ref('leased_until'), '>', 0)
    .execute();
}
