/** Segments of recordings, clips of events, and what is kept of each camera. */
import type { Migration } from 'kysely/migration';

/** The ninth migration; see `database.ts` for what the columns mean. */
export function recordings(): Migration {
  return {
    up: async (db) => {
      await db.schema.alterTable('cameras').addColumn('recording', 'text').execute();
      await db.schema
        .createTable('recording_segments')
        .addColumn('camera_id', 'text', (column) => column.notNull())
        .addColumn('file', 'text', (column) => column.notNull())
        .addColumn('begins', 'text', (column) => column.notNull())
        .addColumn('codecs', 'text', (column) => column.notNull())
        .addColumn('started_at', 'bigint', (column) => column.notNull())
        .addColumn('ended_at', 'bigint', (column) => column.notNull())
        .addColumn('bytes', 'bigint', (column) => column.notNull())
        .addColumn('parts', 'text', (column) => column.notNull())
        .addColumn('keep_until', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('recording_segments_key', ['camera_id', 'file'])
        .execute();
      // Which time of the recording belongs to an event.
      for (const column of ['clip_from', 'clip_to'])
        await db.schema.alterTable('events').addColumn(column, 'bigint').execute();
      const indexes = {
        // Covers what a timeline asks for.
        recording_segments_in_time: ['camera_id', 'started_at', 'ended_at', 'begins', 'bytes'],
        recording_segments_kept: ['keep_until'],
        recording_segments_oldest: ['started_at'],
      };
      for (const [name, columns] of Object.entries(indexes))
        await db.schema.createIndex(name).on('recording_segments').columns(columns).execute();
      await db.schema
        .createIndex('events_with_clips')
        .on('events')
        .columns(['camera_id', 'clip_to', 'clip_from'])
        .execute();
    },
  };
}
