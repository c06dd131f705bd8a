/** Kysely over PostgreSQL, with AppErrors and plain numbers. */
import { PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { fromPostgresError } from './storage-error.ts';

const POOL_SIZE = 10;
/** Of one statement, milliseconds: the server cancels it; a while later the connection counts as broken. */
const STATEMENT_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 3000;
/** What pg says when the server neither answered nor cancelled. */
const NO_ANSWER = 'Query read timeout';

/**
 * The dialect for one database.
 * @param url `postgres://`, with libpq parameters that pg knows @param statementMs most time of a statement
 */
export function postgresDialect(
  url: string,
  log: Logger,
  statementMs = STATEMENT_TIMEOUT_MS,
): PostgresDialect {
  return new PostgresDialect({ pool: () => openPool(url, log, statementMs) });
}

/** Loads pg only here: a gateway with SQLite does without its memory. */
async function openPool(url: string, log: Logger, statementMs: number): Promise<PostgresPool> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementMs,
    // Without it a statement on a vanished server would wait for TCP to give up.
    query_timeout: statementMs + CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: {
      // Times in milliseconds fit a double until the year 287396: `int8` need not be a string.
      getTypeParser: (oid: number, format?: 'text' | 'binary'): ((value: string) => unknown) =>
        oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
    },
  });
  // Without listeners a broken connection, idle or in use, would end the process.
  const onBroken = (error: Error): void =>
    log.warn({ reason: messageOf(error) }, 'a database connection broke');
  pool.on('error', onBroken);
  pool.on('connect', (client) => client.on('error', onBroken));
  return {
    options: pool.options,
    connect: async () => {
      const client = await pool.connect().catch((error: Error) => {
        throw fromPostgresError(error);
      });
      return withOurErrors(client) as unknown as PostgresPoolClient;
    },
    end: () => pool.end(),
  } as unknown as PostgresPool;
}

function withOurErrors(client: pg.PoolClient): pg.PoolClient {
  return new Proxy(client, {
    get(target, key) {
      const value = Reflect.get(target, key, target) as unknown;
      if (typeof value !== 'function') return value;
      if (key !== 'query') return value.bind(target);
      return (...args: unknown[]) =>
        Promise.resolve(value.apply(target, args)).catch((error: Error) => {
          // After a network that dropped packets, TCP may be silent for as long again: others must not wait in line.
          if (error.message === NO_ANSWER)
            void Promise.resolve((target as unknown as pg.Client).end()).catch(() => {});
          throw fromPostgresError(error);
        });
    },
  });
}
