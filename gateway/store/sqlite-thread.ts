/**
 * Worker thread that holds the SQLite file. Commits wait for the disk
 * (`synchronous=FULL`); here they delay no frames.
 */
import type { StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { type FileLoss, SqliteFileWatch } from './sqlite-file-watch.ts';
import type {
  SqliteFileNotice,
  SqliteNotice,
  SqliteRequest,
  SqliteResponse,
  SqliteThreadData,
} from './sqlite-messages.ts';
import { openChecked } from './sqlite-open.ts';

const MAX_STATEMENTS = 200;
const FILE_CHECK_MS = 2000;

const { file, fileCheckMs = FILE_CHECK_MS } = workerData as SqliteThreadData;
const { database, restoration } = openChecked(workerData as SqliteThreadData);
const fileWatch = new SqliteFileWatch(database, file);
if (restoration !== undefined) parentPort?.postMessage({ restoration } satisfies SqliteNotice);
const statements = new Map<string, StatementSync>();

parentPort?.on('message', (request: SqliteRequest | 'close') => {
  if (request === 'close') {
    look();
    end();
  } else parentPort?.postMessage(run(request));
});

const checking = setInterval(look, fileCheckMs).unref();

/** Ends the thread when the file is no longer the open one: its successor opens what is there now. */
function look(): void {
  if (!database.isOpen) return;
  let fileLoss: FileLoss | undefined;
  try {
    fileLoss = fileWatch.check();
  } catch {
    // The folder is gone or full: the next look tries again.
  }
  if (fileLoss === undefined) return;
  parentPort?.postMessage({ fileLoss } satisfies SqliteFileNotice);
  end();
}

function end(): void {
  clearInterval(checking);
  statements.clear();
  if (database.isOpen) database.close();
  parentPort?.close();
}

function run({ id, sql, parameters }: SqliteRequest): SqliteResponse {
  try {
    const statement = prepare(sql);
    if (statement.columns().length > 0)
      return { id, ok: true, rows: statement.all(...parameters), changes: 0 };
    return { id, ok: true, rows: [], changes: statement.run(...parameters).changes };
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    return { id, ok: false, message, errcode };
  }
}

/** Cache of prepared statements; the least recently used are dropped. */
function prepare(sql: string): StatementSync {
  const statement = statements.get(sql) ?? database.prepare(sql);
  statements.delete(sql);
  statements.set(sql, statement);
  const oldest = statements.keys().next().value;
  if (statements.size > MAX_STATEMENTS && oldest !== undefined) statements.delete(oldest);
  return statement;
}
