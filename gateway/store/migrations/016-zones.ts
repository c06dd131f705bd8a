/** Zones of cameras, events and watches; the first picture of an event beside its best. */
import type { Migration } from 'kysely/migration';
import type { Engine } from '../database.ts';

/** The sixteenth migration; see `database.ts` for what the columns mean. */
export function zones(engine: Engine): Migration {
  return {
    up: async (db) => {
      for (const table of ['cameras', 'events'])
        await db.schema
          .alterTable(table)
          .addColumn('zones', 'text', (column) => column.notNull().defaultTo('[]'))
          .execute();
      await db.schema.alterTable('watches').addColumn('zone', 'text').execute();
      await db.schema.alterTable('events').addColumn('pictures', 'text').execute();
      await db.schema
        .alterTable('event_snapshots')
        .addColumn('first_jpeg', engine === 'sqlite' ? 'blob' : 'bytea')
        .execute();
    },
  };
}
