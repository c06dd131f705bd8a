import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { collectComplaints } from '../support/page-log.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

/** Two cores shared with a browser that decodes and a simulator that encodes. */
const PATIENCE = { timeout: 60_000 };
const SCREENS = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
] as const;

describe('The cameras of the dashboard in Chromium', function () {
  this.timeout(180_000);
  let browser: Browser;
  let gateway: RunningProcess;
  let page: Page;
  let complaints: string[];

  before(async function () {
    requirePeer(this, 'chromium');
    [browser, gateway] = await Promise.all([
      openBrowser(),
      startGateway({ DEMO_CAMERAS: 'on', ANALYSIS: 'off', RTSP_WORKERS: '1' }),
    ]);
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok, { timeoutMs: PATIENCE.timeout });
  });
  after(async () => {
    await browser?.close();
    await gateway?.end();
  });
  beforeEach(async () => {
    page = await browser.newPage({ viewport: SCREENS[0] });
    page.setDefaultTimeout(PATIENCE.timeout);
    complaints = await collectComplaints(page);
    await page.goto(`${gateway.origin}/`);
    await page.locator('camera-picture[data-pictures]').nth(3).waitFor();
  });
  afterEach(async () => {
    await page.close();
    // The page closes a socket that no picture needs any more, though it is still being opened.
    expect(complaints.filter((text) => !text.includes('closed before the connection'))).to.deep.equal([]);
  });

  const order = () =>
    page
      .locator('.tile')
      .evaluateAll((tiles) => tiles.map((tile) => (tile as unknown as PageElement).dataset.id));
  const columns = () =>
    page
      .locator('.wall')
      .first()
      .evaluate((wall) => {
        const tiles = [...(wall as unknown as PageElement).children];
        return new Set(tiles.map((tile) => tile.getBoundingClientRect().left)).size;
      });
  const openMenu = () => page.getByText('View', { exact: true }).click();

  it('shows four cameras two by two without scrolling', async () => {
    for (const screen of SCREENS) {
      await page.setViewportSize(screen);
      const isWhole = '[document.documentElement.scrollHeight, innerHeight]';
      await waitFor(async () => (await columns()) === 2);
      await waitFor(async () => {
        const [content, height] = (await page.evaluate(isWhole)) as [number, number];
        return content <= height;
      });
    }
  });

  it('plays the real video while at most four cameras are on the screen', async () => {
    await page.locator('camera-picture[data-video]').nth(3).waitFor();
    const time = () =>
      page
        .locator('camera-picture[camera-id="1"] video')
        .evaluate((video) => (video as unknown as PageElement).currentTime);
    const before = await time();
    await waitFor(async () => (await time()) > before, { timeoutMs: PATIENCE.timeout });
  });

  it('keeps the order that tiles are dragged into', async () => {
    expect(await order()).to.deep.equal(['1', '2', '3', '4']);
    await page.locator('.tile[data-id="4"]').dragTo(page.locator('.tile[data-id="1"]'));
    await waitFor(async () => (await order()).join() === '4,1,2,3');
    await page.reload();
    await page.locator('.tile[data-id]').nth(3).waitFor();
    expect(await order()).to.deep.equal(['4', '1', '2', '3']);
  });

  it('lets tiles be moved by keys and by buttons, which keep the focus', async () => {
    const second = page.locator('.tile[data-id="2"] a');
    await second.focus();
    await page.keyboard.press('Alt+ArrowLeft');
    expect(await order()).to.deep.equal(['2', '1', '3', '4']);
    expect(await second.evaluate((link) => (link as unknown as PageElement).matches(':focus'))).to.equal(
      true,
    );
    await page.getByText('Back Yard Camera: 1 of 4').waitFor({ state: 'attached' });
    await openMenu();
    await page.getByLabel('Arrange').check();
    await page.getByRole('button', { name: 'Move Back Yard Camera forward' }).click();
    expect(await order()).to.deep.equal(['1', '2', '3', '4']);
  });

  it('groups cameras by place and keeps that', async () => {
    await openMenu();
    await page.getByLabel('Group by place').check();
    await page.keyboard.press('Escape');
    await page.reload();
    await page.locator('h2').nth(1).waitFor();
  });

  it('fills the screen without anything else, and comes back by Escape', async () => {
    await openMenu();
    await page.getByRole('button', { name: 'Full-screen wall' }).click();
    await page.getByRole('navigation').waitFor({ state: 'hidden' });
    expect(new URL(page.url()).hash).to.equal('#/?wall');
    await page.locator('.tile-caption').nth(3).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('navigation').waitFor();
  });

  it('stays where it was scrolled to while a camera is looked at', async () => {
    await page.setViewportSize({ width: 390, height: 500 });
    const third = page.locator('.tile[data-id="3"] a');
    await third.scrollIntoViewIfNeeded();
    await waitFor(async () => Number(await page.evaluate('scrollY')) > 200);
    const before = await page.evaluate('scrollY');
    await third.click();
    await page.getByRole('heading', { name: 'Garage Camera' }).waitFor();
    expect(await page.evaluate('scrollY')).to.equal(0);
    await page.getByRole('link', { name: 'All cameras' }).click();
    await waitFor(async () => (await page.evaluate('scrollY')) === before);
  });

  describe('one of them', () => {
    beforeEach(() => page.evaluate("location.hash = '#/camera/2'"));

    const shownScale = () =>
      page.locator('camera-view canvas').evaluate((canvas) => {
        const { style } = canvas as unknown as PageElement;
        return Number(/scale\(([\d.]+)\)/.exec(style.transform)?.[1] ?? 1);
      });
    const heading = (name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();
    const isFull = () => page.evaluate('document.fullscreenElement !== null');

    it('is zoomed by wheel and keys, and shown whole again', async () => {
      await page.locator('camera-view').hover();
      await page.mouse.wheel(0, -400);
      await waitFor(async () => (await shownScale()) > 1.5);
      await page.keyboard.press('Escape');
      expect(await shownScale()).to.equal(1);
      await page.keyboard.press('+');
      await page.getByRole('button', { name: 'Show the whole picture' }).click();
      expect(await shownScale()).to.equal(1);
    });

    it('fills the screen by F and by a double click, and keeps it from camera to camera', async () => {
      await heading('Back Yard Camera');
      await page.keyboard.press('f');
      await waitFor(isFull);
      await page.keyboard.press('ArrowRight');
      await page.locator('.stage-top', { hasText: 'Garage Camera' }).waitFor();
      expect(await isFull()).to.equal(true);
      await page.keyboard.press('f');
      await waitFor(async () => !(await isFull()));
      await page.locator('camera-view').dblclick();
      await waitFor(isFull);
      await page.keyboard.press('f');
    });

    it('leads to its neighbours by arrows and by swiping', async () => {
      await heading('Back Yard Camera');
      await page.keyboard.press('ArrowLeft');
      await heading('Front Door Camera');
      await swipe(page, 'camera-view', -150);
      await heading('Back Yard Camera');
      await page.getByRole('link', { name: 'Next camera: Garage Camera' }).click();
      await heading('Garage Camera');
    });

    it('gives a snapshot with the name of the camera and the time', async () => {
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Snapshot' }).click();
      const file = await download;
      expect(file.suggestedFilename()).to.match(/^back-yard-camera_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.jpg$/);
      await file.cancel();
    });

    it('fills the height of a phone that is held sideways', async () => {
      await page.setViewportSize({ width: 844, height: 390 });
      await waitFor(
        async () => Math.round((await page.locator('camera-view').boundingBox())?.height ?? 0) === 390,
      );
      expect(await page.getByRole('navigation').isVisible()).to.equal(false);
      await page.getByRole('link', { name: 'All cameras' }).filter({ visible: true }).click();
      await heading('Cameras');
    });
  });
});

/** One finger, sideways. */
async function swipe(page: Page, selector: string, by: number): Promise<void> {
  const box = await page.locator(selector).boundingBox();
  if (box === null) throw new Error(`${selector} is not there`);
  const devtools = await page.context().newCDPSession(page);
  const [y, from] = [box.y + box.height / 3, box.x + box.width / 2];
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x?: number) =>
    devtools.send('Input.dispatchTouchEvent', { type, touchPoints: x === undefined ? [] : [{ x, y }] });
  await touch('touchStart', from);
  for (const share of [0.3, 0.6, 1]) await touch('touchMove', from + by * share);
  await touch('touchEnd');
  await devtools.detach();
}

/** What these tests read of elements, which Node has no types for. */
interface PageElement {
  dataset: Record<string, string>;
  children: Iterable<PageElement>;
  currentTime: number;
  style: { transform: string };
  getBoundingClientRect(): { left: number };
  matches(selector: string): boolean;
}
