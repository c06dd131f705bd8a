/** Tells a data folder in which nothing can be written from other failures: the gateway lives on without it. */
import { accessSync, constants } from 'node:fs';

/** Not allowed, on a file system mounted read-only, or on one that is full. */
const CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

/** Whether a file could not be written because nothing can be written there. */
export function isUnwritable(error: unknown): boolean {
  return CODES.has((error as NodeJS.ErrnoException).code ?? '');
}

/** Whether files may be made in a folder. */
export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
