/** Which workers there are, and which camera each runs, where several gateways share one database. */
import type { Migration } from 'kysely/migration';

/** The fifteenth migration; see `placement-tables.ts` for what the columns mean. */
export function placement(): Migration {
  return {
    up: async (db) => {
      await db.schema
        .createTable('workers')
        .addColumn('name', 'text', (column) => column.primaryKey().notNull())
        .addColumn('keeper', 'text', (column) => column.notNull())
        .addColumn('incarnation', 'text', (column) => column.notNull())
        .addColumn('until', 'bigint', (column) => column.notNull())
        .addColumn('address', 'text')
        .addColumn('labels', 'text', (column) => column.notNull())
        .addColumn('capacity', 'double precision', (column) => column.notNull())
        .addColumn('term', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('camera_owners')
        .addColumn('camera_id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('worker', 'text')
        .addColumn('epoch', 'bigint', (column) => column.notNull())
        .addColumn('change', 'bigint', (column) => column.notNull())
        .execute();
      for (const column of ['worker', 'change'])
        await db.schema
          .createIndex(`camera_owners_by_${column}`)
          .on('camera_owners')
          .column(column)
          .execute();
    },
  };
}
