/** Sends a file of a recording, whole or a range of it (RFC 9110 section 14). */
import type { Response } from 'express';
import { AppError } from '../errors.ts';

/** @param path absolute @throws AppError `recording-not-found`, `range-not-satisfiable` */
export async function sendSegment(path: string, res: Response): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { 'Content-Type': 'video/mp4', 'X-Content-Type-Options': 'nosniff' };
  res.sendFile(path, { headers, maxAge: 0, dotfiles: 'allow' }, (error?: Error & { status?: number }) => {
    if (error === undefined || error === null || res.destroyed || res.writableEnded) resolve();
    else if (error.status === 416)
      reject(new AppError('range-not-satisfiable', 'The range is outside the file'));
    else reject(error.status === 404 ? noSuchFile() : error);
  });
  await promise;
}

/** The error of a name that no file has. */
export function noSuchFile(cause?: unknown): AppError {
  return new AppError('recording-not-found', 'There is no such file of a recording', { cause });
}
