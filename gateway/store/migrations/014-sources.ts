/** Sub streams and still pictures of cameras, sealed as a whole: their addresses hold passwords. */
import type { Migration } from 'kysely/migration';

/** The fourteenth migration. */
export function sources(): Migration {
  return {
    up: async (db) => {
      await db.schema.alterTable('cameras').addColumn('sealed_further', 'text').execute();
    },
  };
}
