/** Which workers keep a recording of a camera on a disk of their own. */
import type { Migration } from 'kysely/migration';

/** The twenty-second migration; see `recording-tables.ts` for what the columns mean. */
export function recordingPlaces(): Migration {
  return {
    up: async (db) => {
      await db.schema
        .createTable('recording_places')
        .addColumn('camera_id', 'text', (column) => column.notNull())
        .addColumn('worker', 'text', (column) => column.notNull())
        .addColumn('keep_until', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('recording_places_key', ['camera_id', 'worker'])
        .execute();
    },
  };
}
