import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { postJson } from '../support/http.ts';
import { requirePeer } from '../support/peers.ts';
import { TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const NAME = '<img src=x onerror="globalThis.isRun=true">';
const PLACE = '"><script>globalThis.isRun=true</script><svg onload="globalThis.isRun=true">';

describe('Names in the dashboard', function () {
  this.timeout(120_000);
  let browser: Browser;
  let gateway: TestGateway;

  before(async function () {
    requirePeer(this, 'chromium');
    [browser, gateway] = await Promise.all([openBrowser(), TestGateway.open()]);
    const camera = { id: 'hostile', name: NAME, location: PLACE, url: 'rtsp://192.0.2.7/1', enabled: false };
    expect((await postJson(`${gateway.origin}/api/cameras`, camera)).status).to.equal(201);
  });
  after(async () => {
    await browser?.close();
    await gateway?.close();
  });

  for (const view of ['', '#/camera/hostile', '#/settings/devices', '#/camera/hostile/edit']) {
    it(`S16: are shown as the text they are at /${view}`, async () => {
      const page = await browser.newPage();
      page.setDefaultTimeout(60_000);
      const dialogs: string[] = [];
      page.on('dialog', (dialog) => void dialogs.push(dialog.message()));
      await page.goto(`${gateway.origin}/${view}`);
      const isShown = () =>
        page.evaluate(
          `document.body.innerText.includes(${JSON.stringify(NAME)}) ||
            [...document.querySelectorAll('input')].some(({ value }) => value === ${JSON.stringify(NAME)})`,
        );
      await waitFor(isShown, { timeoutMs: 60_000, message: 'the name' });
      const found = await page.evaluate(
        '[globalThis.isRun === undefined, document.querySelectorAll(\'img[src="x"], svg[onload], [onerror]\').length]',
      );
      expect([found, dialogs]).to.deep.equal([[true, 0], []]);
      await page.close();
    });
  }

  it('S16: could run nothing even if they were taken for HTML: the page forbids what is inline', async () => {
    const page = await browser.newPage();
    await page.goto(gateway.origin);
    const violated = page.evaluate(
      `new Promise((resolve) => document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective)))`,
    );
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(NAME)})`);
    expect(await violated).to.equal('script-src-attr');
    expect(await page.evaluate('globalThis.isRun')).to.equal(undefined);
    await page.close();
  });
});
