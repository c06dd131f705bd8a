/** The database: one interface, two engines. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { backoffMs } from '#shared/backoff.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { BackupSchedule, type BackupTimings } from './backup-schedule.ts';
import type { Database, Engine, Transaction } from './database.ts';
import { migrationsFor } from './migrations/all.ts';
import { postgresDialect } from './postgres-dialect.ts';
import type { Restoration } from './sqlite-backups.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { FileLoss } from './sqlite-file-watch.ts';
import { StoreWatch, type StoreWatchTimings } from './store-watch.ts';
import { Turns } from './turns.ts';

/**
 * An open database. Queries reject with AppError `storage-full` or
 * `storage-unavailable` where freeing space or waiting helps.
 */
export interface Store {
  readonly db: Kysely<Database>;
  readonly engine: Engine;
  /** Whether every migration has run. */
  readonly isReady: boolean;
  /** Whether it takes writes: every migration has run, and neither a probe nor a query failed lately. */
  readonly isAvailable: boolean;
  /** Whether a newer version of the gateway has changed the tables: this version waits for another one. */
  readonly isNewer: boolean;
  /** What happened last to the SQLite file while it was open; undefined when nothing did. */
  readonly fileLoss: { at: number; what: FileLoss } | undefined;
  /** How a broken file was replaced; undefined when it was not. */
  readonly restoration: Restoration | undefined;
  /** Resolves once {@link Store.isReady}. */
  whenReady(): Promise<void>;
  /** Which of several gateways on it runs a job. */
  readonly turns: Turns;
  /** Runs in one transaction that holds the write lock from the start; a rejection rolls back. */
  transaction<T>(run: (trx: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Location of a store. */
export interface StoreOptions {
  /** Folder of the SQLite file `gateway.db`. */
  dataDir: string;
  /** `postgres://` URL; undefined for SQLite. */
  databaseUrl: string | undefined;
  log: Logger;
  /** When backups of the SQLite file are made. */
  backupTimings?: BackupTimings | undefined;
  /** How often writes are probed. */
  watchTimings?: StoreWatchTimings | undefined;
  /** Pause between two checks that the SQLite file is still the open one, milliseconds. */
  fileCheckMs?: number | undefined;
}

const FILE_LOSSES: Record<FileLoss, string> = {
  removed: 'the database file was removed and has been written again',
  replaced: 'the database file was replaced by another one, which is used from now on',
};
/** What Kysely says of a migration that this version does not know. */
const UNKNOWN_MIGRATION = /previously executed migration (\S+) is missing/;
const BUSY_TIMEOUT_MS = 5000;
const RETRY = { firstMs: 500, maxMs: 10_000 };

/** Opens the database and migrates it; retries an unreachable server in the background. */
export function openStore(options: StoreOptions): Store {
  const { dataDir, databaseUrl, log, backupTimings, watchTimings, fileCheckMs } = options;
  const file = join(dataDir, 'gateway.db');
  const engine: Engine = databaseUrl === undefined ? 'sqlite' : 'postgres';
  let restoration: Restoration | undefined;
  const onRestored = (what: Restoration): void => {
    restoration = what;
    log.error(what, 'the database file was broken and was replaced by its newest backup');
    // Found in use: the backup may be older than the tables.
    if (isReady) migrating = migrate();
  };
  let fileLoss: { at: number; what: FileLoss } | undefined;
  const onFileLoss = (what: FileLoss): void => {
    fileLoss = { at: Date.now(), what };
    log.error({ file, what }, FILE_LOSSES[what]);
    if (what === 'replaced' && isReady) migrating = migrate();
  };
  const checks = fileCheckMs === undefined ? {} : { fileCheckMs };
  const watch = new StoreWatch(log, watchTimings);
  const dialect =
    databaseUrl === undefined
      ? sqliteDialect({ file, busyTimeoutMs: BUSY_TIMEOUT_MS, onRestored, onFileLoss, ...checks })
      : postgresDialect(databaseUrl, log);
  const backups = engine === 'sqlite' ? new BackupSchedule({ file, log, timings: backupTimings }) : undefined;
  const db = new Kysely<Database>({ dialect, log: watch.onQuery });
  const turns = new Turns({ engine, db });
  const closing = new AbortController();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  let isReady = false;
  let isNewer = false;
  const onNewer = (): void => {
    isNewer = true;
  };
  const migrate = async (): Promise<void> => {
    isReady = false;
    isReady = await migrateUntilDone(db, { engine, log, signal: closing.signal, onNewer });
    if (isReady) isNewer = false;
    if (isReady) ready.resolve();
    else ready.reject(new Error('The database was closed'));
  };
  let migrating = migrate();
  void ready.promise.then(
    () => {
      backups?.start();
      watch.start(db);
    },
    () => {},
  );
  return {
    db,
    engine,
    get isReady() {
      return isReady;
    },
    get isAvailable() {
      return isReady && watch.isWritable;
    },
    get isNewer() {
      return isNewer;
    },
    get fileLoss() {
      return fileLoss;
    },
    get restoration() {
      return restoration;
    },
    turns,
    whenReady: () => ready.promise,
    transaction: (run) => db.transaction().execute(run),
    close: async () => {
      closing.abort();
      await Promise.all([migrating, backups?.close(), watch.close(), turns.close().catch(() => {})]);
      await db.destroy();
    },
  };
}

async function migrateUntilDone(
  db: Kysely<Database>,
  { engine, log, signal, onNewer }: { engine: Engine; log: Logger; signal: AbortSignal; onNewer: () => void },
): Promise<boolean> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrationsFor(engine) },
    // Work on several subjects is released as each is done, not in the order of the numbers.
    allowUnorderedMigrations: true,
  });
  for (let failures = 0; !signal.aborted; failures += 1) {
    const { error } = await migrator.migrateToLatest().catch((thrown: unknown) => ({ error: thrown }));
    if (error === undefined) return true;
    const retryMs = backoffMs(failures, RETRY);
    const migration = UNKNOWN_MIGRATION.exec(messageOf(error))?.[1];
    if (migration === undefined)
      log.error({ engine, reason: messageOf(error), retryMs }, 'cannot open the database; retrying');
    else {
      onNewer();
      log.error({ engine, migration }, 'a newer version of the gateway made this database; install that one');
    }
    await delay(retryMs, undefined, { signal }).catch(() => {});
  }
  return false;
}
