import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../support/browser.ts';
import { getJson, postJson } from '../../support/http.ts';
import { requirePeer } from '../../support/peers.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('Detection in the settings', function () {
  this.timeout(60_000);
  let gateway: TestGateway;
  let browser: Browser;
  let page: Page;

  before(async function () {
    requirePeer(this, 'chromium');
    gateway = await TestGateway.open();
    const camera = { name: 'Yard', url: 'rtsp://192.0.2.1/1', analysis: { motion: true, sensitivity: 70 } };
    expect((await postJson(`${gateway.origin}/api/cameras`, { id: 'yard', ...camera })).status).to.equal(201);
    browser = await openBrowser();
    page = await browser.newPage();
    await page.goto(`${gateway.origin}/#/settings/detection`);
  });
  after(async () => {
    await browser?.close();
    await gateway?.close();
  });

  const analysis = async () => (await getJson(`${gateway.origin}/api/cameras/yard`)).body.analysis;
  const row = () => page.getByRole('group', { name: 'Detect at Yard' });

  it('says whether the detectors run, and what is looked for at each camera', async () => {
    await row().waitFor();
    expect(await row().getByLabel('Motion').isChecked()).to.equal(true);
    expect(await row().getByLabel('People').isChecked()).to.equal(false);
    expect(await page.locator('.summary').textContent()).to.match(/^[A-Z][a-z ]+$/);
  });

  it('switches a kind and keeps everything else that is set', async () => {
    await row().getByLabel('People').check();
    await waitFor(async () => (await analysis()).persons);
    expect(await analysis()).to.include({ motion: true, persons: true, faces: false, sensitivity: 70 });
  });

  it('says why a switch is refused, and puts it back', async () => {
    await page.route('**/api/cameras/yard', (route) =>
      route.fulfill({ status: 503, json: { error: 'The database is away', code: 'storage-unavailable' } }),
    );
    await row().getByLabel('Faces').click();
    await page.getByRole('alert').getByText('The database is away').waitFor();
    await waitFor(async () => !(await row().getByLabel('Faces').isChecked()));
    await page.unroute('**/api/cameras/yard');
  });
});
