/** Messages between the gateway and the SQLite thread. */
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { Restoration } from './sqlite-backups.ts';
import type { FileLoss } from './sqlite-file-watch.ts';

/** One statement to run. */
export interface SqliteRequest {
  id: number;
  sql: string;
  parameters: readonly SQLInputValue[];
}

/** A row by column name. */
export type SqliteRow = Record<string, SQLOutputValue>;

/** Result of a statement. */
export type SqliteResponse =
  | { id: number; ok: true; rows: SqliteRow[]; changes: number | bigint }
  | { id: number; ok: false; message: string; errcode: number | undefined };

/** Start parameters of the thread. */
export interface SqliteThreadData {
  file: string;
  /** How long a statement waits for another writing process, milliseconds. */
  busyTimeoutMs: number;
  /** Pause between two checks that the file is still the open one, milliseconds. */
  fileCheckMs?: number;
  /** The file was just found broken: check it at any size. */
  isSuspect?: boolean;
}

/** A broken file was replaced; sent before any result. */
export interface SqliteNotice {
  restoration: Restoration;
}

/** The file at the path was no longer the open one; sent before the thread ends. */
export interface SqliteFileNotice {
  fileLoss: FileLoss;
}
