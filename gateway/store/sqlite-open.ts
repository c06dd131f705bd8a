/** Opens the SQLite file and checks its integrity. */
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { passesCheck, type Restoration, restore } from './sqlite-backups.ts';
import type { SqliteThreadData } from './sqlite-messages.ts';
import { isCorruption, SQLITE_CORRUPT } from './storage-error.ts';

/** A file up to this size is read quickly: it is checked at every start. */
const SMALL_BYTES = 64 * 1024 * 1024;

export interface OpenedDatabase {
  database: DatabaseSync;
  /** Undefined when the file was whole. */
  restoration: Restoration | undefined;
}

/** Opens the file; replaces a broken one by its newest backup. @throws Error when it cannot be opened */
export function openChecked(options: SqliteThreadData): OpenedDatabase {
  mkdirSync(dirname(options.file), { recursive: true });
  try {
    return { database: open(options, needsCheck(options)), restoration: undefined };
  } catch (error) {
    if (!isCorruption((error as { errcode?: number }).errcode)) throw error;
    const restoration = restore(options.file);
    return { database: open(options, false), restoration };
  }
}

function open({ file, busyTimeoutMs }: SqliteThreadData, isChecked: boolean): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  try {
    if (isChecked && !passesCheck(database))
      throw Object.assign(new Error('The database file is broken'), { errcode: SQLITE_CORRUPT });
    // Owner-only: it contains camera addresses and names.
    chmodSync(file, 0o600);
    // What was deleted or replaced, perhaps a password, is overwritten in the file.
    for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'secure_delete = ON'])
      database.exec(`PRAGMA ${pragma}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite removes its log when the last connection closes: an existing one means an unclean exit. */
function needsCheck({ file, isSuspect }: SqliteThreadData): boolean {
  if (!existsSync(file)) return false;
  return isSuspect === true || existsSync(`${file}-wal`) || statSync(file).size <= SMALL_BYTES;
}
