/** HTTP of the simulator: health for a supervisor, faults for tests. */
import express from 'express';
import { z } from 'zod';
import { parseFields } from '#shared/camera.ts';
import type { ProblemOptions } from '#shared/http/problem.ts';
import type { HostConfig } from '../../host/config.ts';
import { createWorkerApp, type OpenServer, openHttpServer } from '../../host/http-server.ts';
import { livez } from '../../host/livez.ts';
import { requireToken } from '../../host/token.ts';
import type { RtspServer } from '../server/rtsp-server.ts';
import { type FaultKind, faultSchema } from './faults.ts';

export interface ControlServerOptions extends ProblemOptions {
  host: HostConfig;
  port: number;
  rtsp: RtspServer;
}

const LOOPBACK = '127.0.0.1';
const pathSchema = z.looseObject({ path: z.string().min(1) });
const clearSchema = z.strictObject({
  path: z.string().min(1).optional(),
  fault: z.enum(faultSchema.options.map((option) => option.shape.fault.value) as [FaultKind]).optional(),
});

/** Binds the port and serves. @throws the `listen` error, `EADDRINUSE` among them */
export function openControlServer({
  host,
  port,
  rtsp,
  ...problems
}: ControlServerOptions): Promise<OpenServer> {
  const app = createWorkerApp(problems, (app) => {
    app.use(requireToken(host.token));
    app.use((_req, res, next) => {
      res.setHeader('Cache-Control', 'no-store');
      next();
    });
    app.get('/livez', (_req, res) => void res.json(livez(host)));
    app.get('/readyz', (_req, res) => {
      res.json({ status: 'ready', instance: host.instance, epoch: host.epoch });
    });
    app.use('/faults', faultRoutes(rtsp));
  });
  return openHttpServer({ app, bind: LOOPBACK, port });
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
