/** One row that is written now and then to see whether the database takes writes. */
import type { Migration } from 'kysely/migration';

/** The seventh migration; see `store-watch.ts`. */
export function storeProbe(): Migration {
  return {
    up: async (db) => {
      await db.schema
        .createTable('store_probe')
        .addColumn('id', 'integer', (column) => column.primaryKey().notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
    },
  };
}
