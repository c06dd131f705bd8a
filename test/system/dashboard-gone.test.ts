import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { openBrowser } from '../support/browser.ts';
import { postJson } from '../support/http.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';

const TOKEN = 'admin-token-of-this-test';
/** Two cores shared with a browser that decodes. */
const PATIENCE = { timeout: 60_000 };

describe('The dashboard that loses its gateway or its session', function () {
  this.timeout(180_000);
  let browser: Browser;
  let gateway: RunningProcess;
  let cameras: RtspServer;
  let page: Page;

  before(async function () {
    requirePeer(this, 'chromium');
    [browser, gateway, cameras] = await Promise.all([
      openBrowser(),
      startGateway({ ANALYSIS: 'off', RTSP_WORKERS: '1', API_TOKEN: TOKEN }),
      openTestCameras(['/1']),
    ]);
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok, { timeoutMs: 60_000 });
    const created = await postJson(`${gateway.origin}/api/cameras`, {
      id: 'gate',
      name: 'Gate',
      url: cameras.url('/1'),
    });
    expect(created.status).to.equal(201);
  });
  after(async () => {
    await browser?.close();
    await gateway?.end();
    await cameras?.close();
  });
  beforeEach(async () => {
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE.timeout);
  });
  afterEach(() => page.close());

  const pill = (label: string) => page.locator('.pill', { hasText: label }).first();
  const banner = () => page.getByRole('alert');

  it('shows everything as unknown while the gateway is silent, and as it is once it speaks again', async () => {
    await page.goto(`${gateway.origin}/#/camera/gate`);
    await pill('Live').waitFor();
    const remove = page.getByRole('button', { name: 'Remove' });
    await remove.waitFor();
    process.kill(gateway.pid, 'SIGSTOP');
    try {
      await pill('Unknown').waitFor();
      await banner().getByText('The gateway does not answer').waitFor();
      expect(await banner().count()).to.equal(1);
      expect(await remove.count()).to.equal(0);
      expect(await page.locator('.stage select').isDisabled()).to.equal(true);
      expect(await page.locator('.page[data-gone] camera-view').count()).to.equal(1);
      await page.getByRole('link', { name: 'All cameras' }).click();
      await page.getByRole('link', { name: 'Gate: Unknown' }).waitFor();
      expect(await page.getByText('1 camera · state unknown').count()).to.equal(1);
      if (process.env.SCREENSHOTS !== undefined)
        await page.screenshot({ path: `${process.env.SCREENSHOTS}/gone.png` });
    } finally {
      process.kill(gateway.pid, 'SIGCONT');
    }
    await page.getByRole('link', { name: 'Gate: Live' }).waitFor();
    await banner().waitFor({ state: 'detached' });
  });

  it('keeps the last picture of a video that ends with the gateway, not an older one', async () => {
    await page.goto(`${gateway.origin}/`);
    await page.locator('camera-picture[data-video]').waitFor();
    const kept = () =>
      page.evaluate<string>('document.querySelector("camera-picture canvas").toDataURL("image/jpeg", 0.5)');
    const beforeVideo = await kept();
    process.kill(gateway.pid, 'SIGSTOP');
    try {
      await page.locator('.tile[data-tone="off"]').waitFor();
      await page.locator('camera-picture:not([data-video])').waitFor();
      expect(await kept()).to.not.equal(beforeVideo);
    } finally {
      process.kill(gateway.pid, 'SIGCONT');
    }
  });

  it('leads a viewer whose session ended through the sign-in and back to the same page', async () => {
    // Behind a proxy, so that a sign-in is needed.
    await page.setExtraHTTPHeaders({ 'x-forwarded-for': '203.0.113.9' });
    const signIn = async () => {
      await page.getByRole('textbox').or(page.locator('input[name=token]')).first().fill(TOKEN);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await page.goto(`${gateway.origin}/#/camera/gate`);
    await signIn();
    await page.getByRole('heading', { name: 'Gate' }).waitFor();
    expect(new URL(page.url()).hash).to.equal('#/camera/gate');
    await pill('Live').waitFor();

    await page.evaluate("fetch('api/auth/logout', { method: 'POST' })");
    await pill('Unknown').waitFor();
    await banner().getByText('Signed out').waitFor();
    if (process.env.SCREENSHOTS !== undefined)
      await page.screenshot({ path: `${process.env.SCREENSHOTS}/signed-out.png` });
    await banner().getByRole('link', { name: 'Sign in again' }).click();
    await signIn();
    await page.getByRole('heading', { name: 'Gate' }).waitFor();
    expect(new URL(page.url()).hash).to.equal('#/camera/gate');
    await pill('Live').waitFor();
  });
});
