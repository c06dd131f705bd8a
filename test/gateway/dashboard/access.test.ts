import { expect } from 'chai';
import type { Browser, Page, Route } from 'playwright-core';
import { openBrowser } from '../../support/browser.ts';
import { requirePeer } from '../../support/peers.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { Visitor } from '../../support/visitor.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('The dashboard, before it knows who the user is', function () {
  this.timeout(60_000);
  let browser: Browser;
  let gateway: TestGateway;
  let page: Page;
  let held: Route[];

  before(async function () {
    requirePeer(this, 'chromium');
    [browser, gateway] = await Promise.all([openBrowser(), TestGateway.open()]);
    const camera = { id: 'gate', name: 'Gate', url: 'rtsp://192.0.2.1/1' };
    await new Visitor(gateway.origin).post('/api/cameras', camera, {});
  });
  after(async () => {
    await browser?.close();
    await gateway?.close();
  });
  beforeEach(async () => {
    held = [];
    page = await browser.newPage();
    await page.route('**/api/auth', (route) => void held.push(route));
  });
  afterEach(() => page.close());

  const controls = () => page.getByRole('link', { name: /Add/ }).count();

  it('shows cameras, and nothing that changes them until the gateway says that the user may', async () => {
    await page.goto(`${gateway.origin}/#/cameras`);
    await page.getByText('Gate').first().waitFor();
    await waitFor(() => held.length === 1);
    expect(await controls()).to.equal(0);
    expect(await page.getByText('Ask an administrator').count()).to.equal(0);
    await held[0]?.continue();
    await waitFor(async () => (await controls()) > 0);
  });

  it('keeps a page for administrators empty, and shows it once it is known that the user is one', async () => {
    await page.goto(`${gateway.origin}/#/settings/logs`);
    await waitFor(() => held.length === 1);
    expect(await page.getByText('For administrators').count()).to.equal(0);
    expect(await page.getByRole('heading', { name: 'Logs', exact: true }).count()).to.equal(0);
    await held[0]?.continue();
    await page.getByRole('heading', { name: 'Logs', exact: true }).waitFor();
  });

  it('asks again when the gateway did not answer', async () => {
    await page.goto(`${gateway.origin}/#/cameras`);
    await waitFor(() => held.length === 1);
    await held[0]?.abort();
    await waitFor(() => held.length === 2);
    await held[1]?.continue();
    await waitFor(async () => (await controls()) > 0);
  });
});
