/** The path of a request, parsed once for all checks. */
import type { IncomingMessage } from 'node:http';
import { AppError } from '#shared/errors.ts';
import { maskedStart } from '#shared/redact.ts';

/** RFC 9112 section 3.2.2: a proxy may send the absolute form. */
const ORIGIN = /^https?:\/\/[^/?#\\]*/i;
/** Parts that parsers may resolve differently: dots, empty segments, backslashes, fragments. */
const AMBIGUOUS = /\/(?:\.|%2e){1,2}(?:\/|$)|\/\/|[\\#]/i;

/** Longer than every path of a route, with the longest names percent-encoded. */
const MAX_PATH_LENGTH = 2048;
/** Logged characters of a path. */
const MAX_SHOWN_LENGTH = 200;

/** The path for the log: without its query, masked, and cut. */
export function shownPath({ url = '/' }: Pick<IncomingMessage, 'url'>): string {
  const end = url.indexOf('?');
  return maskedStart(end < 0 ? url : url.slice(0, end), MAX_SHOWN_LENGTH);
}

/**
 * The path without its query. The gate permits paths and Express routes them: a path that
 * they parse differently would pass as one route and be served as another.
 * @throws AppError `not-found` for an ambiguous or too long path
 */
export function requestPath({ url = '/' }: IncomingMessage): string {
  const path = url.replace(ORIGIN, '').split('?')[0] as string;
  if (path.length > MAX_PATH_LENGTH) throw new AppError('not-found', 'The path is too long');
  if (AMBIGUOUS.test(path)) throw new AppError('not-found', 'The path is ambiguous');
  return path === '' ? '/' : path;
}
