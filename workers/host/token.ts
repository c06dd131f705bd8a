/** Access to a worker: the gateway that started it, or every client when it runs alone. */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { AppError } from '#shared/errors.ts';
import { isSameSecret } from '#shared/same-secret.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';

/**
 * Checks that a request carries the worker's token.
 * @param token undefined for a worker that runs alone
 * @throws AppError `unauthorized`
 */
export function checkToken(request: IncomingMessage, token: string | undefined): void {
  if (token === undefined) return;
  if (isSameSecret(String(request.headers[TOKEN_HEADER] ?? ''), token)) return;
  throw new AppError('unauthorized', 'This worker serves its gateway only');
}

/** Refuses requests without the token. */
export function requireToken(token: string | undefined): RequestHandler {
  return (req, _res, next) => {
    checkToken(req, token);
    next();
  };
}
