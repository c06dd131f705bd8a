import { createServer, request, type Server } from 'node:http';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { describeApi } from '../../../gateway/openapi/document.ts';
import { openBrowser } from '../../support/browser.ts';
import { gatewayRoutes } from '../../support/gateway-routes.ts';
import { requirePeer } from '../../support/peers.ts';
import { listening } from '../../support/serve.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';

const PREFIX = '/cams';
const groups = await gatewayRoutes();
const operations = groups.flatMap(({ routes }) => routes).filter(({ isHidden }) => isHidden !== true);

describe('GET /docs', () => {
  let gateway: TestGateway;

  before(async () => {
    gateway = await TestGateway.open();
  });
  after(() => gateway.close());

  it('holds every operation, schema and problem, and works without a script', async () => {
    const page = await (await fetch(`${gateway.origin}/docs`)).text();
    for (const { id } of operations) expect(page, id).to.include(`id="${id}"`);
    const { components } = await describeApi(groups, '0.0.0');
    for (const name of Object.keys(components.schemas)) expect(page).to.include(`id="schema-${name}"`);
    for (const [, name] of page.matchAll(/href="#(schema-[^"]+)"/g)) expect(page).to.include(`id="${name}"`);
    expect(page).to.include('<code>moondream-not-configured</code>');
  });

  it('lets nothing in from elsewhere, and nothing inline', async () => {
    const answer = await fetch(`${gateway.origin}/docs`);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy)
      .to.match(/^default-src 'none';/)
      .and.not.match(/unsafe|https?:/);
    expect(await answer.text()).to.not.match(/<script>|style="|(?:src|href)="(?:https?:)?\/\//);
  });

  it('has one address, so that its files are found', async () => {
    const answer = await fetch(`${gateway.origin}/docs/`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).to.deep.equal([302, '../docs']);
  });

  describe('in Chromium, behind a path prefix', () => {
    let browser: Browser;
    let proxy: Server;
    let page: Page;
    const complaints: string[] = [];

    before(async function () {
      requirePeer(this, 'chromium');
      proxy = await openProxy(gateway.origin);
      browser = await openBrowser();
    });
    after(async () => {
      await browser?.close();
      proxy?.close();
      proxy?.closeAllConnections();
    });
    afterEach(async () => {
      await page.context().close();
      expect(complaints).to.deep.equal([]);
    });

    async function open(hash = '', width = 1280): Promise<void> {
      const context = await browser.newContext({ viewport: { width, height: 800 } });
      page = await context.newPage();
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      const { port } = proxy.address() as { port: number };
      await page.goto(`http://127.0.0.1:${port}${PREFIX}/docs${hash}`);
    }

    const visible = () => page.locator('details[data-text]:visible').count();

    it('shows all operations, and those with the words that are looked for', async () => {
      await open();
      expect(await visible()).to.equal(operations.length);
      await page.getByLabel('Find').fill('low-latency playlist');
      await waitFor(async () => (await visible()) === 1);
      expect(await page.locator('details:visible summary').textContent()).to.include('index.m3u8');
      await page.getByLabel('Find').fill('no such words');
      await waitFor(async () => (await visible()) === 0);
      expect(await page.getByRole('status').textContent()).to.equal('Nothing here has these words.');
    });

    it('opens what a link leads to', async () => {
      await open('#openFrameSocket');
      expect(
        await page.locator('details:has(#openFrameSocket)').evaluate((box) => Reflect.get(box, 'open')),
      ).to.equal(true);
      await page.locator('a[href="#schema-FrameMessage"]').first().click();
      await page.locator('#schema-FrameMessage').waitFor({ state: 'visible' });
    });

    it('fits a phone, with everything open', async () => {
      await open('', 360);
      const widest = await page.evaluate(
        `for (const box of document.querySelectorAll('details')) box.open = true; document.documentElement.scrollWidth`,
      );
      expect(widest).to.equal(360);
    });

    it('leads to the document and the dashboard of Grafana', async () => {
      await open();
      for (const name of ['openapi.json', 'Grafana dashboard']) {
        const address = await page
          .getByRole('link', { name })
          .evaluate((link) => Reflect.get(link, 'href') as string);
        expect(new URL(address).pathname.startsWith(`${PREFIX}/`)).to.equal(true);
        expect((await fetch(address)).headers.get('content-type')).to.match(/^application\/json/);
      }
    });
  });
});

/** A proxy that takes a prefix off and says nothing about it. */
async function openProxy(origin: string): Promise<Server> {
  const server = createServer((req, res) => {
    if (!req.url?.startsWith(`${PREFIX}/`)) return void res.writeHead(404).end();
    const { host: _host, ...headers } = req.headers;
    const onward = request(`${origin}${req.url.slice(PREFIX.length)}`, { headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    onward.end();
  });
  await listening(server);
  return server;
}
