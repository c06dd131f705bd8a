/** Kysely over `node:sqlite` in a thread: one connection, used in turns. */
import { Worker } from 'node:worker_threads';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { compileCacheEnv } from '#shared/compile-cache.ts';
import type { Restoration } from './sqlite-backups.ts';
import type { FileLoss } from './sqlite-file-watch.ts';
import type {
  SqliteFileNotice,
  SqliteNotice,
  SqliteRequest,
  SqliteResponse,
  SqliteRow,
  SqliteThreadData,
} from './sqlite-messages.ts';
import { fromSqliteError, isCorruption } from './storage-error.ts';

/** Rows pass through it; it keeps statements only. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 256, stackSizeMb: 1 };

/** What is needed to use a database file. */
export interface SqliteDialectOptions extends SqliteThreadData {
  /** Called when a broken file was replaced. */
  onRestored: (restoration: Restoration) => void;
  /** Called when the file was removed, which was made good, or another one took its place. */
  onFileLoss: (loss: FileLoss) => void;
}

/** The dialect for one database file. */
export function sqliteDialect(options: SqliteDialectOptions): Dialect {
  return {
    createAdapter: () => new TransactionalAdapter(),
    createDriver: () => new SqliteDriver(options),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** Migrates in one transaction: all of it or nothing, and one wait for the disk instead of seventy. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Hands the one connection to one user at a time, first come, first served. */
class SqliteDriver implements Driver {
  readonly #options: SqliteDialectOptions;
  #connection: SqliteConnection | undefined;
  #turn: Promise<void> = Promise.resolve();
  #endTurn: () => void = () => {};
  #isDestroyed = false;

  constructor(options: SqliteDialectOptions) {
    this.#options = options;
  }

  async init(): Promise<void> {
    this.#connection = new SqliteConnection(this.#options);
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#turn;
    this.#turn = promise;
    await before;
    this.#endTurn = resolve;
    // Only between two users: a transaction must not continue on another connection.
    if (this.#connection?.isBroken === true && !this.#isDestroyed)
      this.#connection = new SqliteConnection({ ...this.#options, isSuspect: this.#connection.isSuspect });
    return this.#connection as SqliteConnection;
  }

  async releaseConnection(): Promise<void> {
    this.#endTurn();
  }

  /** IMMEDIATE: a transaction that reads first and writes later could not wait for another writer. */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback')).catch((error: unknown) => {
      // SQLite rolls back by itself when the disk is full (sqlite.org/lang_transaction.html, section 3.1).
      if (!/no transaction is active/.test(String((error as Error).cause ?? error))) throw error;
    });
  }

  async destroy(): Promise<void> {
    this.#isDestroyed = true;
    await this.#connection?.close();
  }
}

interface Pending {
  resolve(result: QueryResult<SqliteRow>): void;
  reject(error: Error): void;
}

class SqliteConnection implements DatabaseConnection {
  readonly #thread: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #ended: Promise<void>;
  #failure: Error | undefined;
  #isSuspect = false;
  #count = 0;

  constructor({ onRestored, onFileLoss, ...data }: SqliteDialectOptions) {
    this.#thread = new Worker(new URL('./sqlite-thread.ts', import.meta.url), {
      workerData: data,
      env: compileCacheEnv(),
      resourceLimits: THREAD_LIMITS,
    });
    this.#thread.on('message', (message: SqliteResponse | SqliteNotice | SqliteFileNotice) => {
      if ('restoration' in message) onRestored(message.restoration);
      else if ('fileLoss' in message) onFileLoss(message.fileLoss);
      else this.#settle(message);
    });
    this.#thread.on('error', (error: Error) => this.#fail(error));
    this.#ended = new Promise((resolve) => {
      this.#thread.once('exit', () => {
        this.#fail(new Error('The database is closed'));
        resolve();
      });
    });
  }

  /** The file seems broken: the next connection must check it. */
  get isSuspect(): boolean {
    return this.#isSuspect;
  }

  /** The thread has ended: the file could not be opened, or the store was closed. */
  get isBroken(): boolean {
    return this.#failure !== undefined;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#failure !== undefined) throw fromSqliteError(this.#failure);
    this.#count += 1;
    const request = { id: this.#count, sql, parameters } as SqliteRequest;
    const result = new Promise<QueryResult<SqliteRow>>((resolve, reject) => {
      this.#pending.set(request.id, { resolve, reject });
    });
    this.#thread.postMessage(request);
    return (await result) as QueryResult<R>;
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for an iterator; nothing here streams
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Rows are not streamed; page through them');
  }

  async close(): Promise<void> {
    if (this.#failure === undefined) this.#thread.postMessage('close');
    await this.#ended;
  }

  #settle(response: SqliteResponse): void {
    const pending = this.#pending.get(response.id);
    this.#pending.delete(response.id);
    if (response.ok) {
      pending?.resolve({ rows: response.rows, numAffectedRows: BigInt(response.changes) });
      return;
    }
    const { message, errcode } = response;
    if (isCorruption(errcode) && !this.#isSuspect) {
      this.#isSuspect = true;
      this.#thread.postMessage('close');
    }
    pending?.reject(fromSqliteError(Object.assign(new Error(message), { errcode })));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(fromSqliteError(error));
    this.#pending.clear();
  }
}
