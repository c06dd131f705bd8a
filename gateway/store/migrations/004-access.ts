/** Daily use by clients, and sessions that were ended early. */
import type { Migration } from 'kysely/migration';

/** The fourth migration; see `database.ts` for what the columns mean. */
export function access(): Migration {
  return {
    up: async (db) => {
      await db.schema
        .createTable('daily_questions')
        .addColumn('day', 'bigint', (column) => column.primaryKey().notNull())
        .addColumn('asked', 'integer', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('ended_sessions')
        .addColumn('id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('kept_until', 'bigint', (column) => column.notNull())
        .execute();
    },
  };
}
