/** What every one of several gateways answers for: acting PTZ cameras, pictures of found streams, ways between gateways. */
import type { Migration } from 'kysely/migration';
import type { Engine } from '../database.ts';

/** The twenty-sixth migration; see `shared-tables.ts` for what the columns mean. */
export function everywhere(engine: Engine): Migration {
  return {
    up: async (db) => {
      await db.schema
        .createTable('ptz_tasks')
        .addColumn('camera_id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('task', 'text', (column) => column.notNull())
        .addColumn('ending', 'text', (column) => column.notNull())
        .addColumn('until', 'bigint', (column) => column.notNull())
        .addColumn('touched_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('probe_previews')
        .addColumn('id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('jpeg', engine === 'postgres' ? 'bytea' : 'blob', (column) => column.notNull())
        .addColumn('kept_until', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('gateway_doors')
        .addColumn('gateway', 'text', (column) => column.primaryKey().notNull())
        .addColumn('way', 'text', (column) => column.notNull())
        .addColumn('opened_at', 'bigint', (column) => column.notNull())
        .execute();
    },
  };
}
