import { expect } from 'chai';
import type { Browser, Page, Request } from 'playwright-core';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { axeFaultsOf } from '../support/axe.ts';
import { openBrowser } from '../support/browser.ts';
import { hrefOf, PATHS, parametersOf } from '../support/dashboard-pages.ts';
import { postJson } from '../support/http.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';

/** Two cores shared with a browser that decodes. */
const PATIENCE = { timeout: 60_000 };
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Every page beside each other's opposite: size and colours are independent of one another. */
const LOOKS = [
  { name: 'on a desktop, light', viewport: DESKTOP, colorScheme: 'light' },
  { name: 'on a desktop, dark', viewport: DESKTOP, colorScheme: 'dark' },
  { name: 'on a phone, light', viewport: PHONE, colorScheme: 'light' },
  { name: 'on a phone, dark', viewport: PHONE, colorScheme: 'dark' },
] as const;
/** A live camera, and one that is not. */
const CAMERAS = ['live', 'dead'] as const;
/** Of what fingers touch, CSS pixels (docs/dashboard.md). */
const TOUCH_SIZE = 40;

describe('Every page of the dashboard', function () {
  this.timeout(180_000);
  let browser: Browser;
  let gateway: RunningProcess;
  let cameras: RtspServer;

  before(async function () {
    requirePeer(this, 'chromium');
    [browser, gateway, cameras] = await Promise.all([
      openBrowser(),
      startGateway({ RTSP_WORKERS: '1', ANALYSIS: 'off' }),
      openTestCameras(['/1']),
    ]);
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok, { timeoutMs: PATIENCE.timeout });
    for (const [id, url] of [
      ['live', cameras.url('/1')],
      ['dead', 'rtsp://127.0.0.1:9/1'],
    ]) {
      const { status } = await postJson(`${gateway.origin}/api/cameras`, { id, name: `Camera ${id}`, url });
      expect(status).to.equal(201);
    }
  });
  after(async () => {
    await browser?.close();
    await gateway?.end();
    await cameras?.close();
  });

  for (const { name, ...look } of LOOKS) {
    it(`has nothing that axe objects to ${name}`, async () => {
      const page = await openFirst(look);
      const found: string[] = [];
      for (const hash of addresses()) {
        await goTo(page, hash);
        found.push(...(await axeFaultsOf(page)).map((fault) => `${hash} ${fault}`));
      }
      await page.close();
      expect(found).to.deep.equal([]);
    });
  }

  it(`has ${TOUCH_SIZE} pixels for every finger on a phone, and is no wider than that`, async () => {
    const page = await openFirst({ viewport: PHONE });
    const [small, wide]: [string[], string[]] = [[], []];
    for (const hash of addresses()) {
      await goTo(page, hash);
      small.push(...((await page.evaluate(SMALL_TARGETS)) as string[]).map((target) => `${hash} ${target}`));
      wide.push(...((await page.evaluate(TOO_WIDE)) as string[]).map((element) => `${hash} ${element}`));
    }
    await page.close();
    expect(small).to.deep.equal([]);
    expect(wide).to.deep.equal([]);
  });

  async function openFirst(look: object): Promise<Page> {
    const page = await browser.newPage({ ...look, reducedMotion: 'reduce' });
    page.setDefaultTimeout(PATIENCE.timeout);
    followRequests(page);
    await page.goto(`${gateway.origin}/`);
    await page.locator('.tile[data-tone="good"]').waitFor();
    return page;
  }
});

/** Requests that a page waits for; streams have no end. */
const loading = new WeakMap<Page, Set<Request>>();

function followRequests(page: Page): void {
  const requests = new Set<Request>();
  loading.set(page, requests);
  page.on('request', (request) => {
    const isAwaited = ['fetch', 'xhr', 'script'].includes(request.resourceType());
    if (isAwaited && !/stream|whep/.test(request.url())) requests.add(request);
  });
  page.on('requestfinished', (request) => requests.delete(request));
  page.on('requestfailed', (request) => requests.delete(request));
}

/** Of every page, with each camera where it is about one. */
function addresses(): string[] {
  return Object.entries(PATHS).flatMap(([page, path]) => {
    const names = parametersOf(path);
    if (names.length === 0) return [hrefOf(page)];
    return CAMERAS.map((id) => hrefOf(page, Object.fromEntries(names.map((name) => [name, id]))));
  });
}

/** Opens a page and waits until it has drawn what it loads. */
async function goTo(page: Page, hash: string): Promise<void> {
  // The heading of the new page takes the focus when it is drawn.
  await page.evaluate(`document.activeElement?.blur(); location.hash = ${JSON.stringify(hash)}`);
  await waitFor(async () => (await page.evaluate('document.activeElement?.tagName')) === 'H1', {
    timeoutMs: PATIENCE.timeout,
    message: hash,
  });
  await waitFor(() => loading.get(page)?.size === 0, {
    timeoutMs: PATIENCE.timeout,
    message: `the data of ${hash}`,
  });
}

/** What is cut at the right edge, beside what scrolls by itself. */
const TOO_WIDE = `
  [...document.querySelectorAll('main *')].filter((element) => {
    for (let around = element; around.localName !== 'main'; around = around.parentElement)
      if (getComputedStyle(around).overflowX !== 'visible') return false;
    return element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1;
  }).map(({ localName, className }) => localName + '.' + className).slice(0, 3)`;

/** Targets that are too small. A link in a text is as high as its lines, the link of a tile covers the tile. */
const SMALL_TARGETS = `
  [...document.querySelectorAll('a, button, summary, select, input, textarea, [role="button"]')].flatMap((element) => {
    const isMarked = element.matches('input[type="checkbox"], input[type="radio"]');
    const target = isMarked ? element.closest('label') : (element.closest('.tile') ?? element);
    const { width, height } = target.getBoundingClientRect();
    const isSeen = element.checkVisibility({ opacityProperty: false, visibilityProperty: true }) && width > 1;
    const isInText = getComputedStyle(element).display === 'inline';
    if (!isSeen || isInText || element.matches('.skip-link') || height >= ${TOUCH_SIZE}) return [];
    return [\`\${element.tagName} \${element.className} "\${element.textContent.trim().slice(0, 30)}" \${Math.round(height)}\`];
  })`;
