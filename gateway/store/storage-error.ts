/** Converts engine errors into AppErrors where waiting or freeing space helps; the rest are bugs. */
import { AppError } from '#shared/errors.ts';

/** Result codes of SQLite (sqlite.org/rescode.html); the low byte is the primary code. */
export const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOT_A_DATABASE = 26;
const SQLITE_UNAVAILABLE = new Set([5, 6, 8, 10, 11, 14, 26]);
const PRIMARY_CODE_MASK = 0xff;

/** SQLSTATE codes (PostgreSQL manual, appendix A): disk full, and the rest of insufficient resources. */
const PG_DISK_FULL = '53100';
/** Connection, resources, operator intervention, system error, read only, lock and statement time limits; a schema not there yet. */
const PG_UNAVAILABLE = /^(08|53|57|58)|^(25006|55P03|42P01|3D000)$/;
const RETRY_AFTER_S = 2;

/** Whether a result code of SQLite means that the file is broken. */
export function isCorruption(errcode: number | undefined): boolean {
  return [SQLITE_CORRUPT, SQLITE_NOT_A_DATABASE].includes((errcode ?? 0) & PRIMARY_CODE_MASK);
}

/** An error of the SQLite thread. */
export function fromSqliteError(error: Error & { errcode?: number | undefined }): Error {
  if (error.errcode === undefined) return unavailable(error);
  const code = error.errcode & PRIMARY_CODE_MASK;
  if (code === SQLITE_FULL) return full(error);
  return SQLITE_UNAVAILABLE.has(code) || isBeforeMigration(error) ? unavailable(error) : error;
}

/** SQLite has no code of its own for a table that a migration is about to make. */
function isBeforeMigration({ message }: Error): boolean {
  return message.startsWith('no such table');
}

/** An error of a PostgreSQL connection. */
export function fromPostgresError(error: Error & { code?: string; severity?: string }): Error {
  if (error instanceof AppError) return error;
  if (error.code === PG_DISK_FULL) return full(error);
  // Server errors have a severity; without one the connection itself failed.
  const isServers = error.severity !== undefined;
  return !isServers || PG_UNAVAILABLE.test(error.code ?? '') ? unavailable(error) : error;
}

function full(cause: Error): AppError {
  return new AppError('storage-full', 'No disk space left to store this', {
    cause,
    retryAfter: RETRY_AFTER_S,
  });
}

function unavailable(cause: Error): AppError {
  return new AppError('storage-unavailable', 'The database is not available', {
    cause,
    retryAfter: RETRY_AFTER_S,
  });
}
