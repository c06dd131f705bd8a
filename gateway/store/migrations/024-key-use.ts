/** When a key was used last. */
import type { Migration } from 'kysely/migration';

/** The twenty-fourth migration. */
export function keyUse(): Migration {
  return {
    up: async (db) => {
      await db.schema.alterTable('access_keys').addColumn('last_used_at', 'bigint').execute();
    },
  };
}
