import { createServer, request, type Server } from 'node:http';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
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

    it('shows every operation, with how to call it', async () => {
      await open();
      await page.getByText('Keep a camera connected across restarts').waitFor();
      // It draws those that are in sight.
      const seen = new Set<string>();
      const drawn = page.locator('.opblock-summary');
      await waitFor(
        async () => {
          for (const text of await drawn.allTextContents()) seen.add(text);
          await page.mouse.wheel(0, 600);
          return seen.size >= operations.length;
        },
        { timeoutMs: 60_000, message: () => `${operations.length} operations, ${seen.size} seen` },
      );
      await page.evaluate('scrollTo(0, 0)');
      await page.getByText('Keep a camera connected across restarts').waitFor();
      await page.getByText('Keep a camera connected across restarts').click();
      await page.getByRole('button', { name: 'Try it out' }).click();
      await page.getByRole('button', { name: 'Execute' }).waitFor();
    });

    it('opens what a link leads to', async () => {
      await open('#/Live%20pictures/getFrame');
      await page.locator('.opblock.is-open').getByText('X-Frame-Sequence').first().waitFor();
    });

    it('calls the gateway from which it comes', async () => {
      await open('#/Health%20and%20operations/getLiveness');
      await page.getByRole('button', { name: 'Try it out' }).click();
      await page.getByRole('button', { name: 'Execute' }).click();
      await page.locator('.live-responses-table').getByText('"alive"').waitFor();
    });

    it('leads to the document and the dashboard of Grafana', async () => {
      await open();
      for (const name of ['openapi.json', 'docs/grafana-dashboard.json']) {
        const link = page.getByRole('link', { name, exact: true }).first();
        await link.waitFor();
        const address = await link.evaluate((element) => Reflect.get(element, 'href') as string);
        expect(new URL(address).pathname).to.equal(`${PREFIX}/${name}`);
        expect((await fetch(address)).headers.get('content-type')).to.match(/^application\/json/);
      }
    });
  });

  it('answers its files with their types, to be asked for again with a condition', async () => {
    for (const [name, type] of [
      ['swagger-ui-bundle.js', 'text/javascript'],
      ['swagger-ui.css', 'text/css'],
      ['docs.js', 'text/javascript'],
    ]) {
      const { headers } = await fetch(`${gateway.origin}/docs/${name}`);
      expect([headers.get('content-type'), headers.get('cache-control')]).to.deep.equal([
        `${type}; charset=utf-8`,
        'no-cache',
      ]);
    }
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
