/** What several gateways on one database tell each other. */
import type { Migration } from 'kysely/migration';

/** The seventeenth migration; see `database.ts` for what the columns mean. */
export function severalGateways(): Migration {
  return {
    up: async (db) => {
      await db.schema
        .createTable('sign_in_news')
        .addColumn('id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('noted_at', 'bigint', (column) => column.notNull())
        .addColumn('kept_until', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('sign_in_news_noted').on('sign_in_news').columns(['noted_at']).execute();
      await db.schema
        .createTable('job_turns')
        .addColumn('job', 'text', (column) => column.primaryKey().notNull())
        .addColumn('holder', 'text', (column) => column.notNull())
        .addColumn('held_until', 'bigint', (column) => column.notNull())
        .execute();
    },
  };
}
