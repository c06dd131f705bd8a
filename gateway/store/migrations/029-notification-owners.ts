/** Whose each notification is. */
import type { Migration } from 'kysely/migration';

/** The twenty-ninth migration; see `delivery-tables.ts` for what the column means. */
export function notificationOwners(): Migration {
  return {
    up: async (db) => {
      await db.schema.alterTable('notifications').addColumn('owner', 'text').execute();
    },
  };
}
