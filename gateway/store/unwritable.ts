/** Detects a read-only data folder: the gateway runs on without it. */
import { accessSync, constants } from 'node:fs';

/** Not permitted, a read-only file system, or a full one. */
const CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

/** Whether a write failed because the folder is not writable. */
export function isUnwritable(error: unknown): boolean {
  return CODES.has((error as NodeJS.ErrnoException).code ?? '');
}

/** Whether files can be created in a folder. */
export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
