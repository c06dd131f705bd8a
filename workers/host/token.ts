/** Who may talk to a worker: the gateway that started it, or anyone when it runs alone. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { AppError } from '#shared/errors.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';

/** Whether a request carries the worker's token; always, when it has none. */
export function isTokenValid(request: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined) return true;
  const given = Buffer.from(String(request.headers[TOKEN_HEADER] ?? ''));
  const expected = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Refuses requests without the token. */
export function requireToken(token: string): RequestHandler {
  return (req, _res, next) => {
    if (!isTokenValid(req, token)) throw new AppError('unauthorized', 'This worker serves its gateway only');
    next();
  };
}
