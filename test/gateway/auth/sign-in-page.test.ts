import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { axeFaultsOf } from '../../support/axe.ts';
import { openBrowser } from '../../support/browser.ts';
import { requirePeer } from '../../support/peers.ts';
import { ROOT } from '../../support/source-files.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { bearer, Visitor } from '../../support/visitor.ts';

const ADMIN = 'admin-token-of-this-test';
const VIEWER = 'viewer-token-of-this-test';
const PATIENCE_MS = 60_000;

describe('The page to sign in at', function () {
  this.timeout(120_000);
  let browser: Browser;
  let gateway: TestGateway;
  let visitor: Visitor;
  let context: BrowserContext;
  let page: Page;

  before(async function () {
    requirePeer(this, 'chromium');
    const env = { PUBLIC: 'on', API_TOKEN: ADMIN, VIEWER_TOKEN: VIEWER, RATE_LIMIT_LOGINS: '1000' };
    [browser, gateway] = await Promise.all([openBrowser(), TestGateway.open({ env })]);
    visitor = new Visitor(gateway.origin);
    const camera = { id: 'c2', name: 'Gate', url: 'rtsp://192.0.2.1/1' };
    expect((await visitor.post('/api/cameras', camera, bearer(ADMIN))).status).to.equal(201);
  });
  after(async () => {
    await browser?.close();
    await gateway?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
  });
  afterEach(() => context.close());

  const submit = async (token: string): Promise<void> => {
    await page.getByLabel('Token or key').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };

  it('leads back to the page that was asked for', async () => {
    await page.goto(`${gateway.origin}/#/camera/c2`);
    await submit(VIEWER);
    await page.waitForURL(`${gateway.origin}/#/camera/c2`);
    await page.getByRole('heading', { name: 'Gate' }).waitFor();
  });

  it('leads back to a page that is not the dashboard, and to no page of another site', async () => {
    await page.goto(`${gateway.origin}/docs`);
    await submit(VIEWER);
    await page.waitForURL(`${gateway.origin}/docs`);
    for (const next of ['//evil.test', 'https:evil.test', '/%5Cevil.test', '..%2F..']) {
      await page.goto(`${gateway.origin}/signin?next=${next}`);
      await submit(VIEWER);
      await page.waitForURL(`${gateway.origin}/`);
    }
  });

  it('takes a link that is opened in a tab which shows it already', async () => {
    await page.goto(`${gateway.origin}/#/events`);
    await page.getByLabel('Token or key').waitFor();
    await page.evaluate(`location.hash = 'token=${VIEWER}'`);
    await page.waitForURL(`${gateway.origin}/#/events`);
  });

  it('says that a token is not valid, and takes the next one', async () => {
    await page.goto(`${gateway.origin}/signin#token=not-the-token`);
    await page.getByRole('alert').getByText('The token is not valid').waitFor();
    expect(page.url()).to.equal(`${gateway.origin}/signin`);
    await submit(VIEWER);
    await page.waitForURL(`${gateway.origin}/`);
  });

  it('pairs the browser with the code of a link, once', async () => {
    const { body } = await visitor.post('/api/pairings', { scope: 'view', cameras: ['c2'] }, bearer(ADMIN));
    await page.goto(body.url);
    await page.getByText(body.code).waitFor();
    await page.getByRole('button', { name: 'Use it in this browser' }).click();
    await page.waitForURL(`${gateway.origin}/`);
    await page.getByText('Gate', { exact: true }).first().waitFor();
    const keys = await visitor.get('/api/keys', bearer(ADMIN));
    expect(keys.body.map(({ name }: { name: string }) => name)).to.deep.equal(['Browser on Linux']);
    await context.clearCookies();
    await page.goto('about:blank');
    await page.goto(body.url);
    await page.getByRole('button', { name: 'Use it in this browser' }).click();
    await page.getByRole('alert').getByText('was used').waitFor();
  });

  it('shows a holder of a key for some cameras nothing about all of them', async () => {
    const rights = { name: 'x', scope: 'admin', cameras: ['c2'] };
    const { body } = await visitor.post('/api/keys', rights, bearer(ADMIN));
    await page.goto(`${gateway.origin}/signin#token=${body.key}`);
    await page.getByText('Gate', { exact: true }).first().waitFor();
    // Who it is, is known a moment after the cameras are.
    await page.getByRole('link', { name: 'Add camera' }).waitFor({ state: 'detached' });
    await page.goto(`${gateway.origin}/#/settings/appearance`);
    await page.getByRole('heading', { name: 'Appearance' }).waitFor();
    for (const name of ['Health', 'App and tokens'])
      await page.getByRole('link', { name }).waitFor({ state: 'detached' });
  });

  it('says which token is meant', async () => {
    const asked = async (origin: string) =>
      (await fetch(`${origin}/signin`, { headers: { 'x-forwarded-for': '203.0.113.9' } })).text();
    expect(await asked(gateway.origin)).to.include('API_TOKEN');
    const other = await TestGateway.open();
    expect(await asked(other.origin)).to.include('printed a sign-in link when it started');
    await other.close();
  });

  for (const [scope, name] of [
    ['view', 'Viewer'],
    ['operate', 'Operator'],
  ] as const)
    it(`shows a holder of a key with scope ${scope} the role, and no way to edit`, async () => {
      const { body } = await visitor.post('/api/keys', { name: 'x', scope }, bearer(ADMIN));
      await page.goto(`${gateway.origin}/signin#token=${body.key}`);
      await page.locator('.role', { hasText: name }).waitFor();
      expect(await page.getByRole('link', { name: 'Add camera' }).count()).to.equal(0);
      await page.goto(`${gateway.origin}/#/camera/c2/edit`);
      await page
        .getByText(`You are signed in as ${scope === 'view' ? 'a viewer' : 'an operator'}.`)
        .waitFor();
      expect(await page.getByRole('button', { name: 'Save' }).count()).to.equal(0);
    });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`has nothing that axe objects to, ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      for (const link of ['', '#token=not-the-token', '#pair=7K2MX-09QRT']) {
        await page.goto('about:blank');
        await page.goto(`${gateway.origin}/signin${link}`);
        if (link.includes('token'))
          await page.getByRole('alert').getByText('The token is not valid').waitFor();
        expect(await axeFaultsOf(page), link).to.deep.equal([]);
      }
    });

  it('has the styles of the dashboard', async () => {
    const style = await (await fetch(`${gateway.origin}/signin/signin.css`)).text();
    for (const name of ['base.css', 'controls.css'])
      expect(style).to.include(readFileSync(join(ROOT, 'gateway/dashboard/browser/styles', name), 'utf8'));
    await page.goto(`${gateway.origin}/signin`);
    const radius = `getComputedStyle(document.querySelector('.primary')).borderRadius`;
    expect(await page.evaluate(radius)).to.equal('7px');
  });
});
