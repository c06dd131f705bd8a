/** What watches look at and do beside asking, and their last readings. */
import type { Migration } from 'kysely/migration';

/** The twelfth migration; see `database.ts` for what the columns mean. */
export function watchActions(): Migration {
  return {
    up: async (db) => {
      const alter = (name: string, fallback?: string) =>
        db.schema
          .alterTable('watches')
          .addColumn(name, 'text', (column) =>
            fallback === undefined ? column : column.notNull().defaultTo(fallback),
          )
          .execute();
      await alter('area');
      await alter('provider');
      await alter('actions', '[]');
      await alter('readings', '[]');
    },
  };
}
