import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../support/browser.ts';
import { requirePeer } from '../../support/peers.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { Visitor } from '../../support/visitor.ts';

describe('The page that tells how to use a camera in an app', function () {
  this.timeout(60_000);
  let browser: Browser;
  let gateway: TestGateway;
  let page: Page;

  before(async function () {
    requirePeer(this, 'chromium');
    [browser, gateway] = await Promise.all([openBrowser(), TestGateway.open()]);
    const camera = { id: 'gate.1', name: 'Gate', url: 'rtsp://192.0.2.1/1' };
    await new Visitor(gateway.origin).post('/api/cameras', camera, {});
    page = await browser.newPage();
    await page.goto(`${gateway.origin}/#/camera/gate.1`);
    await page.getByRole('link', { name: 'Use in an app' }).click();
    await page.getByRole('heading', { name: 'Use in an app' }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await gateway?.close();
  });

  it('has every address with the host by which it was opened', async () => {
    const field = (label: string) => page.getByRole('textbox', { name: label, exact: true }).inputValue();
    expect(await field('HLS')).to.equal(`${gateway.origin}/hls/gate.1/index.m3u8`);
    expect(await field('WebSocket')).to.equal(`${gateway.origin.replace('http', 'ws')}/ws`);
  });

  it('has snippets with the host and the camera, to copy', async () => {
    expect(await page.getByRole('region', { name: 'curl' }).textContent()).to.include(
      `${gateway.origin}/api/cameras/gate.1/frame`,
    );
    await page.getByRole('button', { name: 'Copy Python' }).click();
    await page.getByText(/Python (copied|is selected)/).waitFor({ state: 'attached' });
  });

  it('leads to the API, which names this gateway as its server', async () => {
    await page.getByRole('link', { name: 'API' }).first().click();
    await page.waitForURL(/\/docs/);
    await page.getByText(gateway.origin).first().waitFor({ state: 'attached' });
  });
});
