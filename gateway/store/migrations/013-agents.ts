/** Agents, and which of them reaches a camera. */
import type { Migration } from 'kysely/migration';

/** The thirteenth migration; see `database.ts` for what the columns mean. */
export function agents(): Migration {
  return {
    up: async (db) => {
      await db.schema
        .createTable('agents')
        .addColumn('name', 'text', (column) => column.primaryKey().notNull())
        .addColumn('token_hash', 'text', (column) => column.notNull().unique())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema.alterTable('cameras').addColumn('agent', 'text').execute();
    },
  };
}
