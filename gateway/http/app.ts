/** The Express application: middleware and mounts in order. It does not listen, so that tests can build it. */
import { randomUUID } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type Router } from 'express';
import { pinoHttp } from 'pino-http';
import { AppError } from '#shared/errors.ts';
import { notFound, problemHandler } from '#shared/http/problem.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Gate } from '../auth/gate.ts';
import { rateLimits } from '../auth/rate-limits.ts';
import type { RefusalLog } from '../auth/refusal-log.ts';
import { authRoutes, renewSession } from '../auth/routes.ts';
import { type CameraStreamRoutesOptions, cameraStreamRoutes } from '../camera-streams/routes.ts';
import { trpcHandler } from '../camera-streams/trpc.ts';
import { type CameraTestOptions, cameraTestRoutes } from '../cameras/camera-test.ts';
import { type RegistryRoutesOptions, registryRoutes } from '../cameras/registry-routes.ts';
import { type CameraRoutesOptions, cameraRoutes } from '../cameras/routes.ts';
import { pageRoutes } from '../dashboard/page-routes.ts';
import type { StatusStream } from '../dashboard/status-stream.ts';
import { type DeliveryRoutesOptions, deliveryRoutes } from '../deliveries/routes.ts';
import { type HealthRoutesOptions, healthRoutes } from '../health/routes.ts';
import { apiDescriptionRoutes } from '../openapi/routes.ts';
import { webrtcRoutes } from '../webrtc/routes.ts';
import type { SessionRouter } from '../webrtc/session-router.ts';
import { whepRoutes } from '../webrtc/whep-routes.ts';
import { cameraProxy, type HttpProxyOptions, hlsProxy } from '../worker-access/http-proxy.ts';
import { type BodyLimits, setBodyLimits } from './body-limits.ts';
import { shownPath } from './request-path.ts';

export interface AppOptions {
  access: { authenticator: Authenticator; gate: Gate; refusals: RefusalLog };
  cameras: CameraRoutesOptions;
  cameraTest: CameraTestOptions;
  proxy: HttpProxyOptions;
  sessions: SessionRouter;
  /** Routes over what is stored. */
  stored: {
    registry: RegistryRoutesOptions;
    cameraStreams: CameraStreamRoutesOptions;
    deliveries: DeliveryRoutesOptions;
    devices: Router;
  };
  health: HealthRoutesOptions;
  /** Routes of what looks at the pictures. */
  perception: { events: Router; moondream: Router; watches: Router };
  /** The live state, for the dashboard. */
  status: StatusStream;
  bodyLimits: BodyLimits;
  redactor: Redactor;
  log: Logger;
}

/** What a request id from outside may look like: it is written to the log. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** Probed every few seconds; a line for each would bury the rest. */
const QUIET_PATHS = new Set(['/health', '/livez', '/readyz', '/metrics']);

/** Builds the application. */
export function createApp(options: AppOptions): Express {
  const { access, cameras, proxy, sessions, stored, perception, health, status, bodyLimits, redactor, log } =
    options;
  const { authenticator, gate, refusals } = access;
  const app = express();
  app.disable('x-powered-by');
  setBodyLimits(app, bodyLimits);
  // Exactly one proxy is trusted to say who asks, and only where there is one.
  app.set('trust proxy', authenticator.config.isPublic ? 1 : false);
  app.use(requestLog(log));
  app.use((_req, res, next) => {
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('Referrer-Policy', 'no-referrer');
    next();
  });
  app.use(gate.middleware(), renewSession(authenticator), ...rateLimits(authenticator.config.limits));
  app.use(healthRoutes(health));
  app.use((_req, res, next) => {
    if (!health.health.isDraining) return next();
    res.setHeader('Connection', 'close');
    throw new AppError('draining', 'The gateway is stopping', { retryAfter: 1 });
  });
  app.use(authRoutes(authenticator));
  app.use('/api/cameras', cameraTestRoutes(options.cameraTest));
  app.use('/api/cameras', registryRoutes(stored.registry));
  app.use('/api/cameras', cameraRoutes(cameras));
  app.use('/api/cameras', cameraProxy(proxy));
  app.use('/hls', hlsProxy(proxy));
  app.use('/api', webrtcRoutes(sessions));
  app.use('/whep', whepRoutes(sessions));
  app.use('/api/camera-streams', cameraStreamRoutes(stored.cameraStreams));
  app.use('/trpc', trpcHandler({ ...stored.cameraStreams, redactor, log, maxBodyBytes: bodyLimits.json }));
  app.use('/api/deliveries', deliveryRoutes(stored.deliveries));
  app.use('/api/devices', stored.devices);
  app.use('/api/events', perception.events);
  app.use('/api/moondream', perception.moondream);
  app.use('/api/watches', perception.watches);
  app.use('/api/status', status.routes());
  app.use(apiDescriptionRoutes());
  app.use(pageRoutes({ isPublic: authenticator.config.isPublic }));
  app.use(notFound);
  app.use(noteRefusals(refusals));
  app.use(problemHandler({ log, redactor }));
  return app;
}

function noteRefusals(refusals: RefusalLog): ErrorRequestHandler {
  return (error: unknown, req, _res, next) => {
    if (error instanceof AppError) refusals.note(req, error);
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
    },
  });
}
