import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { axeFaultsOf } from '../support/axe.ts';
import { openBrowser } from '../support/browser.ts';
import { getJson, postJson } from '../support/http.ts';
import { requirePeer } from '../support/peers.ts';
import { rectangle } from '../support/polygons.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { openBlockCamera } from '../workers/analysis/support/block-camera.ts';

const SLOW = { timeoutMs: 40_000 };
const PHONE = { width: 390, height: 844 };
const MASK = rectangle(0, 0.8, 0.2, 0.2);

describe('Zones in the dashboard', function () {
  this.timeout(120_000);
  let camera: RtspServer;
  let gateway: RunningProcess;
  let browser: Browser;
  let page: Page;

  before(async function () {
    requirePeer(this, 'chromium');
    [camera, gateway, browser] = await Promise.all([
      openBlockCamera({ stillS: 4 }),
      startGateway({ RTSP_WORKERS: '1' }),
      openBrowser(),
    ]);
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, SLOW);
    const url = `rtsp://127.0.0.1:${camera.port}/1`;
    const analysis = { motion: true, masks: [MASK] };
    await postJson(`${gateway.origin}/api/cameras`, { id: 'yard', name: 'Yard', url, analysis });
    page = await open();
  });
  after(async () => {
    await browser?.close();
    await gateway?.end();
    await camera?.close();
  });

  async function open(context: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const opened = await browser.newPage({ viewport: { width: 1280, height: 860 }, ...context });
    opened.setDefaultTimeout(SLOW.timeoutMs);
    await opened.goto(`${gateway.origin}/#/camera/yard/zones`);
    await opened.waitForSelector('.zones-row');
    // The picture takes the shape of the camera's when that is known, and everything in it moves.
    await opened.waitForSelector('.zones-frame[style*="320 / 240"]');
    return opened;
  }

  const stored = async () => (await getJson(`${gateway.origin}/api/cameras/yard`)).body;
  const points = () => page.getAttribute('polygon[data-selected="true"]', 'points');
  const state = () => page.textContent('.page-title .pill');

  /** Middle of a place in the picture, in pixels of the window. */
  async function at(x: number, y: number): Promise<{ x: number; y: number }> {
    const box = await page.locator('area-canvas').boundingBox();
    if (box === null) throw new Error('the picture is not there');
    return { x: box.x + x * box.width, y: box.y + y * box.height };
  }

  it('are drawn by mouse: a zone is added, a corner dragged, another one added by a tap, all of it moved', async () => {
    await page.click('.zones-add button:has-text("Zone")');
    await page.fill('.zones-details input', 'Path');
    expect(await points()).to.equal('0.3,0.3 0.6,0.3 0.6,0.6 0.3,0.6');
    const drag = async (from: [number, number], to: [number, number]) => {
      const [begin, end] = [await at(...from), await at(...to)];
      await page.mouse.move(begin.x, begin.y);
      await page.mouse.down();
      await page.mouse.move(end.x, end.y, { steps: 4 });
      await page.mouse.up();
    };
    await drag([0.6, 0.6], [0.8, 0.7]);
    const [, , third] = ((await points()) ?? '').split(' ');
    expect(third?.split(',').map(Number)[0]).to.be.closeTo(0.8, 0.01);
    expect(third?.split(',').map(Number)[1]).to.be.closeTo(0.7, 0.01);
    const tap = await at(0.45, 0.2);
    await page.mouse.click(tap.x, tap.y);
    expect(((await points()) ?? '').split(' ')).to.have.length(5);
    await drag([0.45, 0.45], [0.35, 0.5]);
    const [first] = ((await points()) ?? '').split(' ');
    expect(first?.split(',').map(Number)[0]).to.be.closeTo(0.2, 0.01);
    expect(await state()).to.equal('Not saved');
  });

  it('are undone step by step', async () => {
    await page.click('button:text-is("Undo")');
    await page.click('button:text-is("Undo")');
    expect(((await points()) ?? '').split(' ')).to.have.length(4);
    await page.focus('[data-corner="0"]');
    await page.keyboard.press('Control+z');
    expect(await points()).to.equal('0.3,0.3 0.6,0.3 0.6,0.6 0.3,0.6');
  });

  it('are drawn by keyboard: arrows move a corner, Enter adds one, Delete removes it', async () => {
    await page.focus('[data-corner="0"]');
    for (const key of ['ArrowLeft', 'ArrowLeft', 'Shift+ArrowUp']) await page.keyboard.press(key);
    expect(await points()).to.equal('0.28,0.25 0.6,0.3 0.6,0.6 0.3,0.6');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.dataset.corner')).to.equal('1');
    expect(((await points()) ?? '').split(' ')).to.have.length(5);
    await page.keyboard.press('Delete');
    expect(await points()).to.equal('0.28,0.25 0.6,0.3 0.6,0.6 0.3,0.6');
    expect(await page.getAttribute('[data-corner="0"]', 'aria-label')).to.equal(
      'Corner 1 of 4 of Path: 28 % from the left, 25 % from the top',
    );
  });

  it('are not saved while sides cross or a name is missing, and say so', async () => {
    const save = page.locator('button:text-is("Save")');
    await page.fill('.zones-details input', ' ');
    await page.waitForSelector('text=Give it a name.');
    expect(await save.isDisabled()).to.equal(true);
    await page.fill('.zones-details input', 'Path');
    await page.focus('[data-corner="0"]');
    for (let step = 0; step < 8; step += 1) await page.keyboard.press('Shift+ArrowRight');
    await page.waitForSelector('text=Its sides cross');
    expect(await save.isDisabled()).to.equal(true);
    await page.keyboard.press('Control+z');
  });

  it('are saved as they are drawn, with what was there and the settings of motion', async () => {
    await page.focus('#min-area');
    await page.keyboard.press('ArrowRight');
    await page.click('button:text-is("Save")');
    await page.waitForSelector('.page-title .pill:text-is("Saved")');
    const { zones, analysis } = await stored();
    expect(zones.map(({ name }: { name: string }) => name)).to.deep.equal(['Path']);
    expect(analysis).to.deep.include({ motion: true, masks: [MASK] });
    expect(analysis.minArea).to.be.greaterThan(0.003);
    expect(analysis).to.not.have.property('sensitivity');
  });

  it('stand beside a meter of the motion there is', async () => {
    await page.waitForSelector('.zones-level:has-text("counts as motion")');
    await page.waitForSelector('.zones-meter.small[data-counts="true"]');
    await page.waitForSelector('.zones-level:has-text("Nothing moves")');
  });

  it('have nothing that axe objects to while one is drawn, on a desktop and on a phone, and fit the phone', async () => {
    const small = await open({ viewport: PHONE, colorScheme: 'dark' });
    for (const each of [page, small]) {
      if ((await each.locator('.zones-details').count()) === 0)
        await each.click('.zones-row:has-text("Path")');
      await each.waitForSelector('.corner');
      expect(await axeFaultsOf(each)).to.deep.equal([]);
    }
    const wide = await small.evaluate('document.documentElement.scrollWidth');
    expect(wide).to.be.at.most(PHONE.width);
    await small.close();
  });

  it('are seen by viewers, who cannot change them', async () => {
    const { body } = await postJson(`${gateway.origin}/api/keys`, { name: 'Guest', scope: 'view' });
    const extraHTTPHeaders = { Authorization: `Bearer ${body.key}` };
    const viewer = await open({ extraHTTPHeaders });
    await viewer.waitForSelector('text=An admin can change them');
    expect(await viewer.locator('polygon').count()).to.equal(2);
    for (const control of ['.zones-add', '.corner', 'button:text-is("Save")', 'button.zones-row'])
      expect(await viewer.locator(control).count(), control).to.equal(0);
    expect(await viewer.locator('#sensitivity').isDisabled()).to.equal(true);
    await viewer.close();
  });

  it('are named by their events, whose drawer shows the best picture and the first', async () => {
    const events = async () =>
      (await getJson(`${gateway.origin}/api/events?zone=Path&state=ended`)).body.events;
    const [event] = await waitFor(async () => ((await events()).length > 0 ? events() : undefined), SLOW);
    await page.goto(`${gateway.origin}/#/events?event=${event.id}`);
    await page.waitForSelector('.drawer:has-text("in Path")');
    await page.waitForSelector('.drawer-box rect');
    expect(await page.getAttribute('.drawer-picture img', 'src')).to.include('picture=best');
    if (event.pictures.first.takenAt === event.pictures.best.takenAt) return;
    await page.click('.drawer label:has-text("First picture")');
    expect(await page.getAttribute('.drawer-picture img', 'src')).to.include('picture=first');
  });

  it('are what the list of events can be limited to', async () => {
    await page.goto(`${gateway.origin}/#/events`);
    await page.waitForSelector('.event-card');
    const listed = page.waitForRequest((request) => /\/api\/events\?.*zone=Path/.test(request.url()));
    await page.getByLabel('Zone', { exact: true }).selectOption('Path');
    await listed;
    // Until the answer comes, the page shows the list before.
    await waitFor(async () => (await page.locator('.event-card:not(:has-text("Path"))').count()) === 0);
    await page.waitForSelector('.event-card:has-text("Path")');
    expect(await axeFaultsOf(page)).to.deep.equal([]);
  });
});
