/** HTTP of the simulator: health for a supervisor, faults for tests. */
import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { z } from 'zod';
import { parseFields } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import { notFound, problemHandler } from '#shared/http/problem.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import type { HostConfig } from '../../host/config.ts';
import { livez } from '../../host/livez.ts';
import type { RtspServer } from '../server/rtsp-server.ts';
import { type FaultKind, faultSchema } from './faults.ts';

export interface ControlServerOptions {
  host: HostConfig;
  port: number;
  rtsp: RtspServer;
  redactor: Redactor;
  log: Logger;
}

const LOOPBACK = '127.0.0.1';
const pathSchema = z.looseObject({ path: z.string().min(1) });
const clearSchema = z.strictObject({
  path: z.string().min(1).optional(),
  fault: z.enum(faultSchema.options.map((option) => option.shape.fault.value) as [FaultKind]).optional(),
});

/** Binds the port and serves. @throws the `listen` error, `EADDRINUSE` among them */
export async function openControlServer(
  options: ControlServerOptions,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer(createApp(options));
  server.listen(options.port, LOOPBACK);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createApp({ host, rtsp, redactor, log }: ControlServerOptions): express.Express {
  const app = express();
  app.disable('x-powered-by');
  if (host.token !== undefined) app.use(requireToken(host.token));
  app.use((_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  });
  app.get('/livez', (_req, res) => void res.json(livez(host)));
  app.get('/readyz', (_req, res) => {
    res.json({ status: 'ready', instance: host.instance, epoch: host.epoch });
  });
  app.use('/faults', faultRoutes(rtsp));
  app.use(notFound);
  app.use(problemHandler({ log, redactor }));
  return app;
}

function faultRoutes(rtsp: RtspServer): express.Router {
  const routes = express.Router();
  routes.use(express.json());
  routes.get('/', (_req, res) => void res.json({ faults: rtsp.faults, stats: rtsp.stats() }));
  routes.post('/', (req, res) => {
    const { path, ...fault } = parseFields(pathSchema, req.body);
    rtsp.setFault(path, parseFields(faultSchema, fault));
    res.json({ faults: rtsp.faults });
  });
  routes.delete('/', (req, res) => {
    const { path, fault } = parseFields(clearSchema, req.body ?? {});
    rtsp.clearFaults(path, fault);
    res.json({ faults: rtsp.faults });
  });
  return routes;
}

function requireToken(token: string): RequestHandler {
  const expected = Buffer.from(token);
  return (req, _res, next) => {
    const given = Buffer.from(req.header(TOKEN_HEADER) ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new AppError('unauthorized', 'This worker serves its gateway only');
    }
    next();
  };
}
