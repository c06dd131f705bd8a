import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../support/browser.ts';
import { requirePeer } from '../../support/peers.ts';
import { TestGateway } from '../../support/test-gateway.ts';

const AT = '2026-05-04T12:00:00.000Z';
const EVENT = {
  ...{ id: 'e1', cameraId: 'gate', kind: 'person', label: 'person', score: 0.9, state: 'ended' },
  ...{ startedAt: AT, updatedAt: AT, endedAt: AT, durationMs: 0, zones: [], snapshotUrl: null },
  ...{ pictures: null, clipUrl: '/api/events/e1/clip', data: {} },
};

describe('The clip of an event that the browser does not play', function () {
  this.timeout(60_000);
  let browser: Browser;
  let gateway: TestGateway;
  let page: Page;

  before(async function () {
    requirePeer(this, 'chromium');
    [browser, gateway] = await Promise.all([openBrowser(), TestGateway.open()]);
  });
  after(async () => {
    await browser?.close();
    await gateway?.close();
  });
  beforeEach(async () => {
    page = await browser.newPage();
    await page.route(/\/api\/events(\?|$)/, (route) =>
      route.fulfill({ json: { events: [EVENT], nextCursor: null } }),
    );
    await page.route(/\/api\/events\/e1$/, (route) => route.fulfill({ json: EVENT }));
  });
  afterEach(() => page.close());

  async function open(clip: { status?: number; contentType: string; body: string }): Promise<string> {
    await page.route(/\/api\/events\/e1\/clip/, (route) => route.fulfill(clip));
    await page.goto(`${gateway.origin}/#/events?event=e1`);
    return (await page.locator('.drawer-note').textContent()) ?? '';
  }

  it('says what can be done where that is H.265', async () => {
    const body = '\0\0\0\u0010ftypisom\0\0\0\0\0\0\0\u0010moov....hvc1';
    expect(await open({ contentType: 'video/mp4', body }))
      .to.contain('does not play H.265')
      .and.contain('Save the clip');
    expect(await page.getByRole('link', { name: 'Clip', exact: true }).getAttribute('href')).to.equal(
      'api/events/e1/clip',
    );
  });

  it('says why where the gateway does not give it', async () => {
    const problem = { error: 'Nothing of this clip is left', code: 'clip-not-found' };
    const clip = { status: 404, contentType: 'application/problem+json', body: JSON.stringify(problem) };
    expect(await open(clip)).to.equal('Nothing of this clip is left');
  });

  it('says so of any other video', async () => {
    expect(await open({ contentType: 'video/mp4', body: 'nothing' })).to.contain('does not play this video');
  });
});
