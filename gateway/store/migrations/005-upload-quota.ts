/** When uploaded videos were removed for newer ones. */
import type { Migration } from 'kysely/migration';

/** The fifth migration; see `database.ts` for what the column means. */
export function uploadQuota(): Migration {
  return {
    up: async (db) => {
      await db.schema.alterTable('camera_streams').addColumn('video_removed_at', 'bigint').execute();
    },
  };
}
