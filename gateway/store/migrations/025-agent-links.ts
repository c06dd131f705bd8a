/** To which of several gateways each agent is connected. */
import type { Migration } from 'kysely/migration';

/** The twenty-fifth migration; see `shared-tables.ts` for what the columns mean. */
export function agentLinks(): Migration {
  return {
    up: async (db) => {
      await db.schema
        .createTable('agent_links')
        .addColumn('agent', 'text', (column) => column.primaryKey().notNull())
        .addColumn('gateway', 'text', (column) => column.notNull())
        .addColumn('session', 'text', (column) => column.notNull())
        .addColumn('until', 'bigint', (column) => column.notNull())
        .addColumn('way', 'text', (column) => column.notNull())
        .addColumn('facts', 'text', (column) => column.notNull())
        .execute();
    },
  };
}
