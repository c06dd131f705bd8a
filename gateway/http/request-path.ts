/** The path of a request, read once and the same by all who decide on it. */
import type { IncomingMessage } from 'node:http';
import { AppError } from '#shared/errors.ts';
import { maskedStart } from '#shared/redact.ts';

/** RFC 9112 section 3.2.2: a proxy may send the whole address. */
const ORIGIN = /^https?:\/\/[^/?#\\]*/i;
/** What one reader resolves and another does not: dots, empty segments, backslashes, fragments. */
const AMBIGUOUS = /\/(?:\.|%2e){1,2}(?:\/|$)|\/\/|[\\#]/i;

/** Longer than every path that has a route, with the longest names percent-encoded. */
const MAX_PATH_LENGTH = 2048;
/** What of a path is written to the log. */
const MAX_SHOWN_LENGTH = 200;

/** The path of a request as it is written to the log: without its query, masked, and no longer than a line. */
export function shownPath({ url = '/' }: Pick<IncomingMessage, 'url'>): string {
  const end = url.indexOf('?');
  return maskedStart(end < 0 ? url : url.slice(0, end), MAX_SHOWN_LENGTH);
}

/**
 * The path without its query. The gate permits paths and Express routes them: one that they
 * could read differently would pass the gate as one thing and be served as another.
 * @throws AppError `not-found` for a path that is not written plainly, or too long
 */
export function requestPath({ url = '/' }: IncomingMessage): string {
  const path = url.replace(ORIGIN, '').split('?')[0] as string;
  if (path.length > MAX_PATH_LENGTH) throw new AppError('not-found', 'There is nothing at so long a path');
  if (AMBIGUOUS.test(path)) throw new AppError('not-found', 'There is nothing at a path with such parts');
  return path === '' ? '/' : path;
}
