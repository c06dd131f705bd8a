/** `/health`, `/livez`, `/readyz` and `/metrics`. */
import { Router } from 'express';
import { principalOf } from '../auth/principal.ts';
import type { GatewayHealth } from './gateway-health.ts';

/** What these routes need. */
export interface HealthRoutesOptions {
  health: GatewayHealth;
  /** The exposition of gateway and workers together. */
  metrics: () => Promise<string>;
}

/** Routes at the root. `/health` is 200 while degraded: what probes it must not kill a gateway that works as designed. */
export function healthRoutes({ health, metrics }: HealthRoutesOptions): Router {
  const routes = Router();
  routes.use(['/health', '/livez', '/readyz', '/metrics'], (_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  });
  routes.get('/health', (req, res) => {
    // Strangers are told that we are up, and nothing about what we have.
    const report = principalOf(req) === undefined ? { status: health.status } : health.report();
    res.status(health.isDraining ? 503 : 200).json(report);
  });
  routes.get('/livez', (_req, res) => {
    res.json({ status: 'alive' });
  });
  routes.get('/readyz', (_req, res) => {
    res.status(health.isReady ? 200 : 503).json({ status: health.isReady ? 'ready' : health.status });
  });
  routes.get('/metrics', async (_req, res) => {
    res.type('text/plain; version=0.0.4').send(await metrics());
  });
  return routes;
}
