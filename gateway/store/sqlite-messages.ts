/** What the gateway and the thread that holds SQLite say to each other. */
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { Restoration } from './sqlite-backups.ts';

/** One statement to run. */
export interface SqliteRequest {
  id: number;
  sql: string;
  parameters: readonly SQLInputValue[];
}

/** A row by column name. */
export type SqliteRow = Record<string, SQLOutputValue>;

/** What became of a statement. */
export type SqliteResponse =
  | { id: number; ok: true; rows: SqliteRow[]; changes: number | bigint }
  | { id: number; ok: false; message: string; errcode: number | undefined };

/** How the thread is started. */
export interface SqliteThreadData {
  file: string;
  /** How long a statement waits for another process that writes, milliseconds. */
  busyTimeoutMs: number;
  /** The file was found to be broken a moment ago: it is to be checked whatever its size. */
  isSuspect?: boolean;
}

/** The file was broken and gave way to another; said before any answer. */
export interface SqliteNotice {
  restoration: Restoration;
}
