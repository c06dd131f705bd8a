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
  const modules = () => addressesIn(html).filter((path) => /\.(ts|js)$/.test(path ?? '')) as string[];

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

  it('preloads every module, and each is there as JavaScript', async () => {
    expect(modules()).to.include('dashboard/main.ts').and.include('dashboard/lit-html/lit-html.js');
    for (const path of new Set(modules())) {
      const { status, headers } = await ask(path);
      expect([path, status, headers.get('content-type')]).to.deep.equal([
        path,
        200,
        'text/javascript; charset=utf-8',
      ]);
    }
  });

  it('imports only what it serves', async () => {
    const served = new Set(modules().map((path) => new URL(path, gateway.origin).pathname));
    for (const path of served) {
      const text = await (await ask(path.slice(1))).text();
      const imports = [...text.matchAll(/(?:from|import)\s*['"]([^'"]+)['"]/g)].map(
        (match) => match[1] as string,
      );
      const missing = imports.filter(
        (name) => !name.startsWith('.') || !served.has(new URL(name, `${gateway.origin}${path}`).pathname),
      );
      expect([path, missing]).to.deep.equal([path, []]);
    }
  });

  it('is sent again only when it has changed', async () => {
    const etag = (await ask('dashboard/main.ts')).headers.get('etag') ?? '';
    const headers = { 'if-none-match': etag, 'cache-control': 'max-age=0' };
    expect((await ask('dashboard/main.ts', headers)).status).to.equal(304);
    expect((await ask('dashboard/main.ts', { ...headers, 'if-none-match': '"older"' })).status).to.equal(200);
  });

  it('is compressed for clients that accept it', async () => {
    for (const coding of ['gzip', 'identity']) {
      const { headers } = await ask('dashboard/main.ts', { 'accept-encoding': coding });
      expect(headers.get('content-encoding')).to.equal(coding === 'gzip' ? 'gzip' : null);
      expect(headers.get('vary')).to.include('Accept-Encoding');
    }
  });

  it('S15: answers 404 for what is no file of the page', async () => {
    for (const path of ['dashboard/nothing.js', 'dashboard/tsconfig.json', 'dashboard/..%2fpage-routes.ts'])
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
