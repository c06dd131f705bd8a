/** `GET /openapi.json` and `/docs`, the page that shows it. */
import { readFileSync } from 'node:fs';
import { Router } from 'express';
import { describeApi } from './document.ts';
import { renderPage } from './page/render-page.ts';
import { SUBJECTS } from './subjects/all.ts';

/** Nothing comes from elsewhere and nothing is inline. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

const FILES = {
  'docs.css': new URL('./page/docs.css', import.meta.url),
  'docs.js': new URL('./page/docs.js', import.meta.url),
  'grafana-dashboard.json': new URL('../health/grafana-dashboard.json', import.meta.url),
};

/** Routes at the root. The document is made at the first request. */
export function apiDescriptionRoutes(): Router {
  const routes = Router();
  const document = lazily(() => describeApi(SUBJECTS, readVersion()));
  const text = lazily(async () => JSON.stringify(await document()));
  const page = lazily(async () => renderPage(await document()));
  routes.get('/openapi.json', async (_req, res) => {
    const body = await text();
    res.setHeader('Cache-Control', 'no-cache');
    res.type('json').send(body);
  });
  routes.get('/docs', async (req, res) => {
    // The files of the page are relative to the address without the slash.
    if (req.path.endsWith('/')) return res.redirect(302, '../docs');
    const body = await page();
    res.setHeader('Content-Security-Policy', POLICY);
    res.setHeader('Cache-Control', 'no-cache');
    res.type('html').send(body);
  });
  for (const [name, file] of Object.entries(FILES)) {
    const content = lazily(() => readFileSync(file, 'utf8'));
    routes.get(`/docs/${name}`, (_req, res) => {
      res.setHeader('Cache-Control', 'no-cache');
      res.type(name.split('.').at(-1) as string).send(content());
    });
  }
  return routes;
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
