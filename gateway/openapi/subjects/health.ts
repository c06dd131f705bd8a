/** Health, metrics and this description. */
import { z } from 'zod';
import { METRICS } from '../metric-catalogue.ts';
import { json, type Subject } from '../operation.ts';
import { rtspServiceSchema } from './worker-schemas.ts';

const STATUSES = ['ok', 'degraded', 'draining'] as const;

const healthSchema = z
  .looseObject({
    status: z.enum(STATUSES).meta({ description: '`degraded` while a worker or the database is down.' }),
    services: z
      .looseObject({ express: z.string(), rtsp: rtspServiceSchema })
      .optional()
      .meta({ description: 'Absent for strangers, like everything below.' }),
    uptime: z.number().optional().meta({ description: 'Seconds.' }),
    timestamp: z.iso.datetime().optional(),
  })
  .meta({ id: 'Health' });

export const HEALTH: Subject = {
  name: 'Health and operations',
  description: 'For probes, monitoring and people who want to know what is wrong.',
  operations: [
    {
      id: 'getHealth',
      method: 'get',
      path: '/health',
      summary: 'How the gateway and its parts are',
      description:
        'It is 200 while degraded: what probes it must not kill a gateway that works as designed. Whoever is not signed in is told `status` only.',
      answers: {
        200: json('The gateway answers.', healthSchema),
        503: json('It is stopping.', healthSchema),
      },
    },
    {
      id: 'getLiveness',
      method: 'get',
      path: '/livez',
      summary: 'Whether the process lives',
      answers: { 200: json('It does.', z.object({ status: z.literal('alive') })) },
    },
    {
      id: 'getReadiness',
      method: 'get',
      path: '/readyz',
      summary: 'Whether every worker that is needed is ready',
      answers: {
        200: json('All are.', z.object({ status: z.literal('ready') })),
        503: json('Not all are, or the gateway is stopping.', z.object({ status: z.enum(STATUSES) })),
      },
    },
    {
      id: 'getMetrics',
      method: 'get',
      path: '/metrics',
      summary: 'Numbers for Prometheus',
      description: `Text exposition format 0.0.4: the gateway's own numbers and those of every worker that answers within a second. A dashboard for Grafana that shows them is at \`docs/grafana-dashboard.json\`; import it and choose the data source.

${METRICS.map(({ name, type, labels, help }) => `- \`${name}\` (${[type, ...labels].join(', ')}): ${help}`).join('\n')}`,
      answers: { 200: { description: 'The numbers.', type: 'text/plain' } },
    },
    {
      id: 'getApiDescription',
      method: 'get',
      path: '/openapi.json',
      summary: 'This description',
      answers: { 200: json('OpenAPI 3.1.', z.looseObject({ openapi: z.literal('3.1.0') })) },
    },
    {
      id: 'getApiPage',
      method: 'get',
      path: '/docs',
      summary: 'This description as a page',
      answers: { 200: { description: 'The page.', type: 'text/html' } },
    },
    {
      id: 'getApiPageStyle',
      method: 'get',
      path: '/docs/docs.css',
      summary: 'How the page looks',
      answers: { 200: { description: 'Its style sheet.', type: 'text/css' } },
    },
    {
      id: 'getApiPageScript',
      method: 'get',
      path: '/docs/docs.js',
      summary: 'What the page does',
      answers: { 200: { description: 'Its script.', type: 'text/javascript' } },
    },
    {
      id: 'getGrafanaDashboard',
      method: 'get',
      path: '/docs/grafana-dashboard.json',
      summary: 'A Grafana dashboard of the metrics',
      answers: {
        200: json(
          'To be imported into Grafana.',
          z.looseObject({ title: z.string(), panels: z.array(z.unknown()) }),
        ),
      },
    },
  ],
};
