/** `GET /openapi.json` and `/docs`, which shows it. */
import { readFileSync } from 'node:fs';
import type { RequestHandler } from 'express';
import { apiDescriptionSchema, grafanaDashboardSchema } from '#shared/contract/health.ts';
import { content, json, type RouteGroup, route } from '../http/route.ts';
import { describeApi } from './document.ts';
import { renderPage } from './page/render-page.ts';

/** No foreign and no inline content. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

const GRAFANA = new URL('../health/grafana-dashboard.json', import.meta.url);

export interface ApiDescriptionOptions {
  /** All routes by group; read at the first request. */
  groups: () => readonly RouteGroup[];
}

/** Routes of the document and its page. The document is made at the first request. */
export function apiDescriptionRoutes({ groups }: ApiDescriptionOptions): RouteGroup {
  const document = lazily(() => describeApi(groups(), readVersion()));
  const text = lazily(async () => JSON.stringify(await document()));
  const page = lazily(async () => renderPage(await document()));
  const common = { method: 'get', access: 'viewer' } as const;
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
          const body = await page();
          res.setHeader('Content-Security-Policy', POLICY);
          res.setHeader('Cache-Control', 'no-cache');
          res.type('html').send(body);
        },
      }),
      route({
        ...common,
        id: 'getGrafanaDashboard',
        path: '/docs/grafana-dashboard.json',
        summary: 'A Grafana dashboard of the metrics',
        answers: { 200: json('To be imported into Grafana.', grafanaDashboardSchema) },
        handle: sendFile(GRAFANA),
      }),
      ...['docs.css', 'docs.js'].map((name) =>
        route({
          ...common,
          id: `getApiPageFile-${name}`,
          path: `/docs/${name}`,
          isHidden: true,
          summary: 'A file of the page',
          handle: sendFile(new URL(`./page/${name}`, import.meta.url)),
        }),
      ),
    ],
  };
}

/** Reads a file at its first request. */
function sendFile(file: URL): RequestHandler {
  const content = lazily(() => readFileSync(file, 'utf8'));
  return (_req, res) => {
    res.setHeader('Cache-Control', 'no-cache');
    res.type(file.pathname.split('.').at(-1) as string).send(content());
  };
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
