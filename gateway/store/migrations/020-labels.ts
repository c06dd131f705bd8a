/** Which workers may run a camera, and cameras that break their workers, counted over all gateways. */
import type { Migration } from 'kysely/migration';

/** The twentieth migration; see `database.ts` and `placement-tables.ts` for what the columns mean. */
export function labels(): Migration {
  return {
    up: async (db) => {
      for (const table of ['cameras', 'camera_owners'])
        await db.schema
          .alterTable(table)
          .addColumn('labels', 'text', (column) => column.notNull().defaultTo(''))
          .execute();
      await db.schema
        .createTable('camera_faults')
        .addColumn('camera_id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('times', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('keeper', 'text')
        .addColumn('until', 'bigint')
        .execute();
    },
  };
}
