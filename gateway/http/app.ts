/** The Express application: middleware in order, then every route. Does not listen, for use in tests. */
import { randomUUID } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { pinoHttp } from 'pino-http';
import { AppError } from '#shared/errors.ts';
import { notFound, problemHandler } from '#shared/http/problem.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { BodyLimits } from './body-limits.ts';
import { setBodyLimits } from './body-parsers.ts';
import { shownPath } from './request-path.ts';
import type { RouteTable } from './route-table.ts';

export interface AppOptions {
  /** All routes of the gateway. */
  routes: RouteTable;
  /** Access checks and rate limits, run before each route. */
  admission: readonly RequestHandler[];
  /** Called with every refused or failed request. */
  onRefused: (request: express.Request, error: AppError) => void;
  /** Whether the gateway is stopping. */
  isDraining: () => boolean;
  /** Whether one trusted proxy adds the client's address. */
  isBehindProxy: boolean;
  bodyLimits: BodyLimits;
  redactor: Redactor;
  log: Logger;
}

/** Accepted form of a foreign request id, since it is logged. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** Not logged: probed every few seconds. */
const QUIET_PATHS = new Set(['/health', '/livez', '/readyz', '/metrics']);

/** Builds the application. */
export function createApp(options: AppOptions): Express {
  const { routes, admission, isDraining, bodyLimits, redactor, log } = options;
  const app = express();
  app.disable('x-powered-by');
  setBodyLimits(app, bodyLimits);
  app.set('trust proxy', options.isBehindProxy ? 1 : false);
  app.use(routes.times.middleware((req) => routes.idOf(req)));
  app.use(requestLog(log));
  app.use((_req, res, next) => {
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('Referrer-Policy', 'no-referrer');
    next();
  });
  app.use(...admission);
  const refuseWhileDraining: RequestHandler = (_req, res, next) => {
    if (!isDraining()) return next();
    res.setHeader('Connection', 'close');
    throw new AppError('draining', 'The gateway is stopping', { retryAfter: 1 });
  };
  app.use(routes.router(refuseWhileDraining), refuseWhileDraining, notFound);
  app.use(noteRefusals(options.onRefused));
  app.use(problemHandler({ log, redactor }));
  return app;
}

function noteRefusals(onRefused: AppOptions['onRefused']): ErrorRequestHandler {
  return (error: unknown, req, _res, next) => {
    if (error instanceof AppError) onRefused(req, error);
    next(error);
  };
}

function requestLog(log: Logger) {
  return pinoHttp({
    logger: log,
    genReqId: (req, res) => {
      const given = String(req.headers['x-request-id'] ?? '');
      const id = REQUEST_ID.test(given) ? given : randomUUID();
      res.setHeader('X-Request-Id', id);
      return id;
    },
    autoLogging: { ignore: (req) => QUIET_PATHS.has((req.url ?? '').split('?')[0] as string) },
    customLogLevel: (_req, res, error) => (error !== undefined || res.statusCode >= 500 ? 'warn' : 'debug'),
    // Headers, queries and bodies may hold secrets.
    serializers: {
      req: (req: { id: string; method: string; url: string }) => ({
        id: req.id,
        method: req.method,
        path: shownPath(req),
      }),
      res: (res: { statusCode: number }) => ({ status: res.statusCode }),
      // Unexpected ones are logged with their stack where they are caught.
      err: ({ code, message }: { code?: string; message: string }) => ({ code, message }),
    },
  });
}
