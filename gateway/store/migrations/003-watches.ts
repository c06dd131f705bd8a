/** Watches and their hourly budgets. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The third migration; see `database.ts` for what the columns mean. */
export function watches(): Migration {
  return {
    up: async (db) => {
      await createWatches(db);
      await createBudget(db);
    },
  };
}

type AnyDatabase = Kysely<unknown>;

async function createWatches(db: AnyDatabase): Promise<void> {
  const bigNumbers = ['every_ms', 'cooldown_ms', 'next_ask_at', 'leased_until', 'created_at', 'updated_at'];
  const switches = ['on_motion', 'deliver', 'enabled'];
  const counts = ['needed', 'out_of', 'burst_left', 'asked', 'fired', 'failures'];
  let table = db.schema
    .createTable('watches')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull());
  for (const name of ['camera_id', 'skill', 'prompt', 'condition', 'answers']) {
    table = table.addColumn(name, 'text', (column) => column.notNull());
  }
  for (const name of bigNumbers) table = table.addColumn(name, 'bigint', (column) => column.notNull());
  for (const name of [...switches, ...counts]) {
    table = table.addColumn(name, 'integer', (column) => column.notNull());
  }
  for (const name of ['lease_owner', 'last_error', 'last_event_id']) table = table.addColumn(name, 'text');
  for (const name of ['last_asked_at', 'last_fired_at']) table = table.addColumn(name, 'bigint');
  await table.execute();
  await db.schema.createIndex('watches_due').on('watches').columns(['enabled', 'next_ask_at']).execute();
  await db.schema.createIndex('watches_of_camera').on('watches').columns(['camera_id']).execute();
}

async function createBudget(db: AnyDatabase): Promise<void> {
  await db.schema
    .createTable('watch_budget')
    .addColumn('hour', 'bigint', (column) => column.notNull())
    .addColumn('camera_id', 'text', (column) => column.notNull())
    .addColumn('asked', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('watch_budget_key', ['hour', 'camera_id'])
    .execute();
}
