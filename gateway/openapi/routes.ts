/** `GET /openapi.json` and `/docs`, which shows it. */
import { fileURLToPath } from 'node:url';
import type { Response } from 'express';
import { apiDescriptionSchema, grafanaDashboardSchema } from '#shared/contract/health.ts';
import { lazy } from '#shared/lazy.ts';
import { productVersion } from '#shared/product-version.ts';
import { content, json, type RouteGroup, route } from '../http/route.ts';
import { describeApi } from './document.ts';

/** No foreign and no inline content. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** Files of the page and of its links, by name; those of Swagger UI are found when they are asked for. */
const FILES: Record<string, () => URL> = {
  'docs.js': () => new URL('./page/docs.js', import.meta.url),
  'swagger-ui.css': () => new URL(import.meta.resolve('swagger-ui-dist/swagger-ui.css')),
  'swagger-ui-bundle.js': () => new URL(import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js')),
};
const PAGE = () => new URL('./page/docs.html', import.meta.url);
const GRAFANA = () => new URL('../health/grafana-dashboard.json', import.meta.url);

export interface ApiDescriptionOptions {
  /** All routes by group; read at the first request. */
  groups: () => readonly RouteGroup[];
}

/** Routes of the document and its page. The document is made at the first request. */
export function apiDescriptionRoutes({ groups }: ApiDescriptionOptions): RouteGroup {
  const text = lazy(async () => JSON.stringify(await describeApi(groups(), productVersion())));
  const common = { method: 'get', access: 'viewer', cameraScope: 'none' } as const;
  return {
    name: 'Description',
    description: 'What this document says, as data and as a page.',
    routes: [
      route({
        ...common,
        id: 'getApiDescription',
        path: '/openapi.json',
        summary: 'This description',
        answers: { 200: json('OpenAPI 3.1.', apiDescriptionSchema) },
        handle: async (_req, res) => {
          const body = await text();
          res.setHeader('Cache-Control', 'no-cache');
          res.type('json').send(body);
        },
      }),
      route({
        ...common,
        id: 'getApiPage',
        path: '/docs',
        isPage: true,
        summary: 'This description as a page',
        answers: { 200: content('The page.', 'text/html') },
        handle: async (req, res) => {
          // The page's files are relative to the address without the slash.
          if (req.path.endsWith('/')) return res.redirect(302, '../docs');
          res.setHeader('Content-Security-Policy', POLICY);
          sendFile(res, PAGE());
        },
      }),
      route({
        ...common,
        id: 'getGrafanaDashboard',
        path: '/docs/grafana-dashboard.json',
        summary: 'A Grafana dashboard of the metrics',
        answers: { 200: json('To be imported into Grafana.', grafanaDashboardSchema) },
        handle: (_req, res) => sendFile(res, GRAFANA()),
      }),
      ...Object.entries(FILES).map(([name, file]) =>
        route({
          ...common,
          id: `getApiPageFile-${name}`,
          path: `/docs/${name}`,
          isHidden: true,
          summary: 'A file of the page',
          handle: (_req, res) => sendFile(res, file()),
        }),
      ),
    ],
  };
}

function sendFile(res: Response, file: URL): void {
  res.sendFile(fileURLToPath(file), { headers: { 'Cache-Control': 'no-cache' }, dotfiles: 'allow' });
}
