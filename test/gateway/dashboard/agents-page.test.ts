import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { axeFaultsOf } from '../../support/axe.ts';
import { openBrowser } from '../../support/browser.ts';
import { getJson } from '../../support/http.ts';
import { requirePeer } from '../../support/peers.ts';
import { TestGateway } from '../../support/test-gateway.ts';

const PATIENCE_MS = 60_000;

describe('The page of agents', function () {
  this.timeout(120_000);
  let browser: Browser;
  let gateway: TestGateway;
  let page: Page;

  before(async function () {
    requirePeer(this, 'chromium');
    [browser, gateway] = await Promise.all([openBrowser(), TestGateway.open()]);
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
  });
  after(async () => {
    await browser?.close();
    await gateway?.close();
  });

  const row = (name: string) => page.locator('.row', { hasText: name });
  const camera = async () => (await getJson(`${gateway.origin}/api/cameras/far`)).body;

  it('makes an agent, and shows its command once', async () => {
    await page.goto(`${gateway.origin}/#/settings/agents`);
    await page.getByText('No agents yet').waitFor();
    await page.getByLabel('Name of a new agent').fill('home');
    await page.getByRole('button', { name: 'Make agent' }).click();
    const command = await page.getByRole('region', { name: 'Command' }).textContent();
    expect(command).to.match(
      /^GATEWAY_URL=http:\/\/127\.0\.0\.1:\d+ AGENT_TOKEN=vra_[0-9a-f]{64} npm run agent$/,
    );
    expect(await axeFaultsOf(page)).to.deep.equal([]);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    expect(await page.content()).to.not.match(/vra_/);
    await row('home').getByText('Offline').waitFor();
    await page.getByLabel('Name of a new agent').fill('home');
    await page.getByRole('button', { name: 'Make agent' }).click();
    await page.getByText('There is an agent home already').waitFor();
  });

  it('is where the form of a camera finds from where it is reached', async () => {
    await page.goto(`${gateway.origin}/#/add/by-hand`);
    await page.getByLabel('IP or host name').fill('192.168.7.20');
    await page.getByLabel('Reached from').selectOption('Agent home');
    await page.getByText('More', { exact: true }).click();
    await page.getByLabel('Camera id').fill('far');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(/#\/camera\/far$/);
    expect((await camera()).agent).to.equal('home');
    await page.goto(`${gateway.origin}/#/`);
    const tile = page.locator('.tile[data-id="far"]');
    await tile.getByText('Agent home', { exact: false }).first().waitFor();
    await tile.getByText(/Agent home is offline since (?!\d{4}-)/).waitFor();
    await page.goto(`${gateway.origin}/#/settings/agents`);
    await row('home').getByText('1 camera').waitFor();
  });

  it('is where a new camera is looked for, and its network is searched', async () => {
    await page.goto(`${gateway.origin}/#/add`);
    await page.getByLabel('Reached from').selectOption('Agent home');
    expect(await axeFaultsOf(page)).to.deep.equal([]);
    await page.getByLabel('Address').fill('192.168.7.20');
    const sent = (path: string) =>
      page.waitForRequest((request) => request.url().endsWith(`/api/cameras/${path}`));
    const [probe] = await Promise.all([
      sent('probe'),
      page.getByRole('button', { name: 'Find stream' }).click(),
    ]);
    expect(probe.postDataJSON()).to.deep.equal({ url: '192.168.7.20', agent: 'home' });
    await page.locator('camera-add > form').getByText('Agent home is offline').waitFor();
    await page.getByRole('heading', { name: 'On the network of agent home' }).waitFor();
    const [search] = await Promise.all([
      sent('discover'),
      page.getByRole('button', { name: 'Search this network' }).click(),
    ]);
    expect(search.postDataJSON()).to.deep.equal({ agent: 'home' });
    await page.locator('network-search').getByText('Agent home is offline').waitFor();
    await page.getByLabel('Reached from').selectOption('This gateway');
    await page.getByRole('button', { name: 'Search my network' }).waitFor();
    expect(await page.locator('network-search').getByText('offline').count()).to.equal(0);
  });

  it('removes an agent; its cameras stay', async () => {
    await page.goto(`${gateway.origin}/#/settings/agents`);
    await row('home').getByRole('button', { name: 'Remove home' }).click();
    await page.getByRole('button', { name: 'Remove home' }).last().click();
    await row('home').waitFor({ state: 'detached' });
    expect((await camera()).agent).to.equal('home');
    const { body } = await getJson(`${gateway.origin}/api/cameras/far/status`);
    expect(body).to.include({ connected: false, agent: 'home', reason: 'agent-offline' });
  });
});
