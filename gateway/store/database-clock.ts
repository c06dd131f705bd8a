/** The clock of PostgreSQL: those of several gateways may differ. SQLite has one gateway, whose clock is enough. */
import { sql } from 'kysely';

/** Unix milliseconds, at the moment in which the statement reads it. */
export const DATABASE_NOW = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
