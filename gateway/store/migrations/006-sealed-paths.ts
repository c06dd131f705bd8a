/** Paths of cameras that hold a password are stored sealed. */
import type { Migration } from 'kysely/migration';

/** The sixth migration; stored paths are sealed by the registry, which has the key. */
export function sealedPaths(): Migration {
  return {
    up: async (db) => {
      await db.schema.alterTable('cameras').addColumn('sealed_path', 'text').execute();
    },
  };
}
