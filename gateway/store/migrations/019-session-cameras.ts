/** Cameras that clients connected or disconnected for the life of a gateway, where several gateways share them. */
import type { Migration } from 'kysely/migration';

/** The nineteenth migration; see `placement-tables.ts` for what the columns mean. */
export function sessionCameras(): Migration {
  return {
    up: async (db) => {
      await db.schema
        .createTable('session_cameras')
        .addColumn('camera_id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('keeper', 'text', (column) => column.notNull())
        .addColumn('until', 'bigint', (column) => column.notNull())
        .addColumn('version', 'bigint', (column) => column.notNull())
        .addColumn('sealed', 'text', (column) => column.notNull())
        .execute();
    },
  };
}
