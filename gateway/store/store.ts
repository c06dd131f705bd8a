/** The database of this gateway: one interface, two engines. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Kysely, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Database } from './database.ts';
import { migrationsFor } from './migrations/all.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

/** Which database is behind a store. */
export type Engine = 'sqlite' | 'postgres';

/**
 * An open database. Queries reject with AppError `storage-full` or
 * `storage-unavailable` where freeing space or waiting helps.
 */
export interface Store {
  readonly db: Kysely<Database>;
  readonly engine: Engine;
  /** Whether the tables are there: every migration has run. */
  readonly isReady: boolean;
  /** Resolves once {@link Store.isReady}. */
  whenReady(): Promise<void>;
  /** Runs in one transaction that holds the write lock from its beginning; a rejection rolls back. */
  transaction<T>(run: (trx: Transaction<Database>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Where a store lives. */
export interface StoreOptions {
  /** Folder of the SQLite file `gateway.db`. */
  dataDir: string;
  /** `postgres://` URL; undefined for SQLite. */
  databaseUrl: string | undefined;
  log: Logger;
}

const BUSY_TIMEOUT_MS = 5000;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 10_000;

/** Opens the database and migrates it; a server that does not answer yet is waited for in the background. */
export function openStore({ dataDir, databaseUrl, log }: StoreOptions): Store {
  const engine: Engine = databaseUrl === undefined ? 'sqlite' : 'postgres';
  if (engine === 'sqlite') mkdirSync(dataDir, { recursive: true });
  const dialect =
    databaseUrl === undefined
      ? sqliteDialect({ file: join(dataDir, 'gateway.db'), busyTimeoutMs: BUSY_TIMEOUT_MS })
      : postgresDialect(databaseUrl, log);
  const db = new Kysely<Database>({ dialect });
  const closing = new AbortController();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  let isReady = false;
  const migrating = migrateUntilDone(db, engine, log, closing.signal).then((isDone) => {
    isReady = isDone;
    if (isDone) ready.resolve();
    else ready.reject(new Error('The database was closed'));
  });
  return {
    db,
    engine,
    get isReady() {
      return isReady;
    },
    whenReady: () => ready.promise,
    transaction: (run) => db.transaction().execute(run),
    close: async () => {
      closing.abort();
      await migrating;
      await db.destroy();
    },
  };
}

async function migrateUntilDone(
  db: Kysely<Database>,
  engine: Engine,
  log: Logger,
  signal: AbortSignal,
): Promise<boolean> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrationsFor(engine) } });
  for (let waitMs = FIRST_RETRY_MS; !signal.aborted; waitMs = Math.min(MAX_RETRY_MS, waitMs * 2)) {
    const { error } = await migrator.migrateToLatest().catch((thrown: unknown) => ({ error: thrown }));
    if (error === undefined) return true;
    log.error({ engine, reason: messageOf(error), retryMs: waitMs }, 'the database cannot be opened yet');
    await delay(waitMs, undefined, { signal }).catch(() => {});
  }
  return false;
}
