import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { pair } from '#shared/client/client.ts';
import { axeFaultsOf } from '../../support/axe.ts';
import { openBrowser } from '../../support/browser.ts';
import { requirePeer } from '../../support/peers.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { bearer, Visitor } from '../../support/visitor.ts';

const PATIENCE_MS = 60_000;

describe('The page of apps and keys', function () {
  this.timeout(120_000);
  let browser: Browser;
  let gateway: TestGateway;
  let visitor: Visitor;
  let page: Page;

  before(async function () {
    requirePeer(this, 'chromium');
    [browser, gateway] = await Promise.all([openBrowser(), TestGateway.open()]);
    visitor = new Visitor(gateway.origin);
    for (const [id, name] of [
      ['a', 'Gate'],
      ['b', 'Yard'],
    ])
      await visitor.post('/api/cameras', { id, name, url: `rtsp://192.0.2.1/${id}` }, {});
  });
  after(async () => {
    await browser?.close();
    await gateway?.close();
  });
  beforeEach(async () => {
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${gateway.origin}/#/settings/keys`);
    await page.getByRole('heading', { name: 'App and tokens' }).waitFor();
  });
  afterEach(() => page.close());

  const row = (name: string) => page.locator('.row', { hasText: name });
  const fieldValue = (label: string) => page.getByRole('textbox', { name: label, exact: true }).inputValue();
  const seenWith = async (key: string) => {
    const { status, body } = await visitor.get('/api/cameras', bearer(key));
    return status === 200 ? body.map(({ id }: { id: string }) => id) : status;
  };

  it('creates a key for some cameras, shows it once, and revokes it', async () => {
    await page.getByLabel('For some cameras only').check();
    expect(await page.getByRole('button', { name: 'Show a QR code' }).isDisabled()).to.equal(true);
    await page.getByLabel('Yard').check();
    await page.getByLabel('It expires').selectOption('In 30 days');
    await page.getByLabel('Or a key to copy, named').fill('Recorder');
    await page.getByRole('button', { name: 'Create a key' }).click();
    await page.getByRole('button', { name: 'I have copied it' }).waitFor();
    const key = await fieldValue('Key');
    expect(await axeFaultsOf(page)).to.deep.equal([]);
    expect(await seenWith(key)).to.deep.equal(['b']);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    expect(await page.content()).to.not.include(key);
    expect(await row('Recorder').textContent()).to.match(/Look · Yard[\s\S]*expires/);
    await row('Recorder').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('button', { name: 'Revoke Recorder' }).click();
    await row('Recorder').waitFor({ state: 'detached' });
    expect(await seenWith(key)).to.equal(401);
  });

  it('pairs an app by a QR code, and says so when the app has its key', async () => {
    await page.getByLabel('It may').selectOption('Look, move cameras and ask');
    await page.getByRole('button', { name: 'Show a QR code' }).click();
    await page.getByRole('img', { name: 'QR code' }).waitFor();
    const { token, key } = await pair(await fieldValue('Link'), { name: 'Pixel 12' });
    expect(key).to.include({ scope: 'operate', name: 'Pixel 12' });
    await page.getByText('Pixel 12 is paired.').waitFor();
    expect(await page.getByRole('img', { name: 'QR code' }).count()).to.equal(0);
    expect(await seenWith(token)).to.deep.equal(['a', 'b']);
  });

  it('says that an address of this machine alone leads no phone here', async () => {
    await page.getByRole('button', { name: 'Show a QR code' }).click();
    await page.getByText('only this machine reaches').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await axeFaultsOf(page), colorScheme).to.deep.equal([]);
    }
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Show a QR code' }).waitFor();
  });
});
