/** How far events have been published to an MQTT broker, and by which gateway. */
import type { Migration } from 'kysely/migration';

/** The eighteenth migration. */
export function mqtt(): Migration {
  return {
    up: async (db) => {
      await db.schema
        .createTable('mqtt_publisher')
        .addColumn('name', 'text', (column) => column.primaryKey().notNull())
        .addColumn('position', 'bigint', (column) => column.notNull())
        .addColumn('lease_owner', 'text', (column) => column.notNull())
        .addColumn('leased_until', 'bigint', (column) => column.notNull())
        .execute();
    },
  };
}
