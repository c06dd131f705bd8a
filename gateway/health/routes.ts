/** `/health`, `/livez`, `/readyz` and `/metrics`. */

import type { Response } from 'express';
import {
  healthAnswerSchema,
  type Logs,
  livenessSchema,
  logsSchema,
  readinessSchema,
} from '#shared/contract/health.ts';
import { METRICS } from '#shared/contract/metrics.ts';
import { principalOf } from '../auth/principal.ts';
import { content, json, type Route, type RouteGroup, route } from '../http/route.ts';
import type { GatewayHealth } from './gateway-health.ts';
import type { RecentWarnings } from './recent-warnings.ts';
import { type RestartPool, restartRoute } from './restart-route.ts';

export interface HealthRoutesOptions {
  health: GatewayHealth;
  pool: RestartPool;
  /** Exposition of gateway and workers together. */
  metrics: () => Promise<string>;
  recentWarnings: Pick<RecentWarnings, 'list'>;
}

/** Responds while the gateway stops; never cached. */
const PROBE = { method: 'get', whileStopping: true } as const;
/** For probes, which have no login and may use any host name at any rate. */
const OPEN_PROBE = { ...PROBE, access: 'anyone', limit: 'pictures', anyHost: true } as const;

/** Health, metrics and probes. */
export function healthRoutes({ health, pool, metrics, recentWarnings }: HealthRoutesOptions): RouteGroup {
  return {
    name: 'Health and operations',
    description: 'For probes, monitoring and people who want to know what is wrong.',
    routes: [
      route({
        ...OPEN_PROBE,
        id: 'getHealth',
        path: '/health',
        summary: 'How the gateway and its parts are',
        description:
          'It is 200 while degraded: a probe must not kill a gateway that works as designed. Callers who are not signed in, or with a key for some cameras, are told `status` only.',
        answers: {
          200: json('The gateway answers.', healthAnswerSchema),
          503: json('It is stopping.', healthAnswerSchema),
        },
        handle: (req, res) => {
          const principal = principalOf(req);
          const isForAll = principal !== undefined && principal.cameras === undefined;
          const report = isForAll ? health.report() : { status: health.status };
          noStore(res)
            .status(health.isDraining ? 503 : 200)
            .json(report);
        },
      }),
      route({
        ...OPEN_PROBE,
        id: 'getLiveness',
        path: '/livez',
        summary: 'Whether the process lives',
        answers: { 200: json('It does.', livenessSchema) },
        handle: (_req, res) => void noStore(res).json({ status: 'alive' }),
      }),
      route({
        ...OPEN_PROBE,
        id: 'getReadiness',
        path: '/readyz',
        summary: 'Whether every worker that is needed is ready',
        answers: {
          200: json('All are.', readinessSchema),
          503: json('Not all are, or the gateway is stopping.', readinessSchema),
        },
        handle: (_req, res) => {
          noStore(res)
            .status(health.isReady ? 200 : 503)
            .json({ status: health.isReady ? 'ready' : health.status });
        },
      }),
      route({
        ...PROBE,
        access: 'viewer',
        id: 'getMetrics',
        path: '/metrics',
        summary: 'Numbers for Prometheus',
        description: `Text exposition format 0.0.4: the gateway's own numbers and those of every worker that answers within a second. A dashboard for Grafana that shows them is at \`docs/grafana-dashboard.json\`; import it and choose the data source.\n\n${listOfMetrics()}`,
        answers: { 200: content('The numbers.', 'text/plain') },
        handle: async (_req, res) => {
          noStore(res)
            .type('text/plain; version=0.0.4')
            .send(await metrics());
        },
      }),
      logsRoute(recentWarnings),
      restartRoute(pool),
    ],
  };
}

function listOfMetrics(): string {
  return Object.entries(METRICS)
    .map(([name, { type, labels, help }]) => `- \`${name}\` (${[type, ...labels].join(', ')}): ${help}`)
    .join('\n');
}

function noStore(res: Response): Response {
  return res.set('Cache-Control', 'no-store');
}

function logsRoute(recentWarnings: HealthRoutesOptions['recentWarnings']): Route {
  return route({
    id: 'getLogs',
    method: 'get',
    path: '/api/logs',
    summary: 'The last warnings and errors',
    description:
      'Of the gateway and its workers since the gateway started, without secrets. The whole log goes to standard output.',
    answers: { 200: json('The entries, newest first.', logsSchema) },
    handle: (_req, res) => {
      noStore(res).json({ entries: recentWarnings.list() } satisfies Logs);
    },
  });
}
