import { once } from 'node:events';
import { expect } from 'chai';
import express from 'express';
import { pageRoutes } from '../../../gateway/dashboard/page-routes.ts';
import { mounted } from '../../support/mounted.ts';
import { originOf } from '../../support/serve.ts';
import { TestGateway } from '../../support/test-gateway.ts';

describe('The page of the dashboard', () => {
  let gateway: TestGateway;
  let html: string;

  before(async () => {
    gateway = await TestGateway.open();
    html = await (await ask('')).text();
  });
  after(() => gateway.close());

  const ask = (path: string, headers: Record<string, string> = { accept: 'text/html' }) =>
    fetch(`${gateway.origin}/${path}`, { headers });
  const addressesIn = (text: string) =>
    [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]);
  const modules = () => addressesIn(html).filter((path) => path?.endsWith('.js')) as string[];
  const script = () => /<script type="module" src="([^"]+)"/.exec(html)?.[1] ?? '';

  it('is for browsers; programs get the index of the API', async () => {
    const page = await ask('');
    expect(page.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    const index = await ask('', { accept: '*/*' });
    expect(await index.json()).to.deep.include({ cameras: '/api/cameras', frames: '/ws' });
  });

  it('S16: loads nothing from elsewhere, holds nothing inline, and works below any path', async () => {
    const policy = (await ask('')).headers.get('content-security-policy') ?? '';
    expect(policy)
      .to.match(/^default-src 'self';/)
      .and.not.include('unsafe');
    expect(html).to.not.match(/<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=/);
    expect(addressesIn(html).filter((path) => /^(\/|[a-z]+:)/.test(path ?? ''))).to.deep.equal([]);
  });

  it('preloads the modules of the first page, and each is there as JavaScript', async () => {
    expect(modules().filter((path) => path.includes('cameras-page'))).to.have.length(1);
    expect(modules().filter((path) => path.includes('camera-form'))).to.deep.equal([]);
    for (const path of new Set(modules())) {
      const { status, headers } = await ask(path);
      expect([path, status, headers.get('content-type')]).to.deep.equal([
        path,
        200,
        'text/javascript; charset=utf-8',
      ]);
    }
  });

  it('imports only what it serves, a page when it is opened', async () => {
    const seen = new Map<string, number>();
    const follow = async (path: string): Promise<void> => {
      if (seen.has(path)) return;
      const response = await ask(path);
      seen.set(path, response.status);
      const text = await response.text();
      // Snippets that a page shows import packages.
      const imports = [...text.matchAll(/(?:from|import)\s*\(?["'](\.[^"']+)["']/g)];
      for (const [, name] of imports)
        await follow(new URL(name as string, `http://page/${path}`).pathname.slice(1));
    };
    await follow(script());
    expect([...seen].filter(([, status]) => status !== 200)).to.deep.equal([]);
    expect([...seen.keys()].some((path) => path.includes('camera-form'))).to.equal(true);
  });

  it('is revalidated; what its files hold is in their names, and browsers keep them', async () => {
    const page = await ask('');
    expect(page.headers.get('cache-control')).to.equal('no-cache');
    const headers = { accept: 'text/html', 'if-none-match': page.headers.get('etag') ?? '' };
    expect((await ask('', { ...headers, 'cache-control': 'max-age=0' })).status).to.equal(304);
    const hashed = addressesIn(html).filter((path) => /\.(js|css)$/.test(path ?? '')) as string[];
    for (const path of hashed) {
      expect(path).to.match(/-[A-Z0-9]{8}\.(js|css)$/);
      expect((await ask(path)).headers.get('cache-control')).to.equal('private, max-age=31536000, immutable');
    }
    const icon = await ask('dashboard/icon.svg');
    expect([icon.headers.get('cache-control'), icon.headers.get('content-type')]).to.deep.equal([
      'no-cache',
      'image/svg+xml',
    ]);
  });

  it('is compressed for clients that accept it', async () => {
    for (const coding of ['gzip', 'identity']) {
      const { headers } = await ask(script(), { 'accept-encoding': coding });
      expect(headers.get('content-encoding')).to.equal(coding === 'gzip' ? 'gzip' : null);
      expect(headers.get('vary')).to.include('Accept-Encoding');
    }
  });

  it('S15: answers 404 for what is no file of the page', async () => {
    for (const path of [
      'dashboard/nothing.js',
      'dashboard/tsconfig.json',
      'dashboard/main.ts',
      'dashboard/..%2fpage-routes.ts',
    ])
      expect((await ask(path)).status, path).to.equal(404);
  });

  it('S16: may be framed by pages of a public host only', async () => {
    const framesOf = async (isPublic: boolean) => {
      const server = express()
        .use(mounted(pageRoutes({ isPublic })))
        .listen(0, '127.0.0.1');
      await once(server, 'listening');
      const url = `${originOf(server)}/`;
      const { headers } = await fetch(url, { headers: { accept: 'text/html' } });
      server.close();
      return /frame-ancestors ([^;]*)/.exec(headers.get('content-security-policy') ?? '')?.[1];
    };
    expect(await framesOf(false)).to.equal("'self'");
    expect(await framesOf(true)).to.equal("'self' https://replit.com https://*.replit.com");
  });
});
