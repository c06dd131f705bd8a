/** Who is away, so that several gateways on one database tell of it once. */
import type { Migration } from 'kysely/migration';

/** The twenty-first migration; see `shared-tables.ts` for what the columns mean. */
export function absences(): Migration {
  return {
    up: async (db) => {
      await db.schema
        .createTable('absences')
        .addColumn('subject', 'text', (column) => column.primaryKey().notNull())
        .addColumn('since', 'bigint', (column) => column.notNull())
        .addColumn('told', 'text', (column) => column.notNull())
        .execute();
    },
  };
}
