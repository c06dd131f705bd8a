/**
 * Worker thread that holds the SQLite file. Commits wait for the disk
 * (`synchronous=FULL`); here they delay no frames.
 */
import type { StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { SqliteNotice, SqliteRequest, SqliteResponse, SqliteThreadData } from './sqlite-messages.ts';
import { openChecked } from './sqlite-open.ts';

const MAX_STATEMENTS = 200;

const { database, restoration } = openChecked(workerData as SqliteThreadData);
if (restoration !== undefined) parentPort?.postMessage({ restoration } satisfies SqliteNotice);
const statements = new Map<string, StatementSync>();

parentPort?.on('message', (request: SqliteRequest | 'close') => {
  if (request === 'close') {
    statements.clear();
    database.close();
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(run(request));
});

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
