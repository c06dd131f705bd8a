/** The path of a request, read once and the same by all who decide on it. */
import type { IncomingMessage } from 'node:http';
import { AppError } from '#shared/errors.ts';

/** RFC 9112 section 3.2.2: a proxy may send the whole address. */
const ORIGIN = /^https?:\/\/[^/?#\\]*/i;
/** What one reader resolves and another does not: dots, empty segments, backslashes, fragments. */
const AMBIGUOUS = /\/(?:\.|%2e){1,2}(?:\/|$)|\/\/|[\\#]/i;

/**
 * The path without its query. The gate permits paths and Express routes them: one that they
 * could read differently would pass the gate as one thing and be served as another.
 * @throws AppError `not-found` for a path that is not written plainly
 */
export function requestPath({ url = '/' }: IncomingMessage): string {
  const path = url.replace(ORIGIN, '').split('?')[0] as string;
  if (AMBIGUOUS.test(path)) throw new AppError('not-found', 'There is nothing at a path with such parts');
  return path === '' ? '/' : path;
}
