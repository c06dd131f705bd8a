/** Express middleware that sends errors as problem details, in gateway and workers. */
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { AppError, messageOf, peerWords, toProblem } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Redactor } from '../redact.ts';

export interface ProblemOptions {
  log: Logger;
  redactor: Redactor;
}

/** Sends an error as `application/problem+json`; aborts a response that has begun. */
function sendProblem(res: Response, error: AppError, redactor: Redactor): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  if (error.retryAfter !== undefined) res.setHeader('Retry-After', Math.max(1, Math.ceil(error.retryAfter)));
  const body = redactor.redact(JSON.stringify(toProblem(error)));
  res.status(error.status).type('application/problem+json').setHeader('Cache-Control', 'no-store').send(body);
}

/** Responds to unmatched routes. */
export const notFound: RequestHandler = (req) => {
  throw new AppError('not-found', `No route ${req.method} ${peerWords(req.path)}`);
};

/** Last middleware: sends AppErrors as they are, others as `internal-error` with details in the log only. */
export function problemHandler({ log, redactor }: ProblemOptions): ErrorRequestHandler {
  return (thrown: unknown, req, res, _next) => {
    const error = toAppError(thrown);
    if (error.code === 'internal-error')
      log.error({ err: thrown, path: peerWords(req.path) }, 'request failed');
    // pino-http tells it in the line of the request.
    Object.assign(res, { err: error });
    sendProblem(res, error, redactor);
  };
}

/** body-parser's errors carry a `type`; see expressjs/body-parser, "Errors". */
function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const { type, status } = thrown as { type?: string; status?: number };
  if (type === 'entity.parse.failed') return new AppError('invalid-json', 'The body is not valid JSON');
  if (type === 'entity.too.large') return new AppError('body-too-large', 'The body is too large');
  if (status !== undefined && status >= 400 && status < 500)
    return new AppError('invalid-field', messageOf(thrown));
  return new AppError('internal-error', 'Internal error; see the log of the gateway', { cause: thrown });
}
