/** Scoped keys, and the codes that pair apps. */
import type { Migration } from 'kysely/migration';

/** The eighth migration; see `database.ts` for what the columns mean. */
export function keys(): Migration {
  return {
    up: async (db) => {
      await db.schema
        .createTable('access_keys')
        .addColumn('id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('scope', 'text', (column) => column.notNull())
        .addColumn('cameras', 'text')
        .addColumn('expires_at', 'bigint')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('hash', 'text', (column) => column.notNull())
        .addColumn('digest', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('pairings')
        .addColumn('hash', 'text', (column) => column.primaryKey().notNull())
        .addColumn('scope', 'text', (column) => column.notNull())
        .addColumn('cameras', 'text')
        .addColumn('key_expires_at', 'bigint')
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .execute();
    },
  };
}
