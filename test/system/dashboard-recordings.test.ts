import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { openBrowser } from '../support/browser.ts';
import { getJson, postJson } from '../support/http.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { openBlockCamera } from '../workers/analysis/support/block-camera.ts';

const SLOW = { timeoutMs: 40_000 };
const ENV = { CLIP_BEFORE_SECONDS: '3', CLIP_AFTER_SECONDS: '2', DISK_RESERVE_MB: '0', RTSP_WORKERS: '1' };

describe('Events and recordings in the dashboard', function () {
  this.timeout(120_000);
  let camera: RtspServer;
  let gateway: RunningProcess;
  let browser: Browser;
  let page: Page;

  before(async function () {
    requirePeer(this, 'chromium');
    camera = await openBlockCamera();
    gateway = await startGateway(ENV);
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, SLOW);
    const url = `rtsp://127.0.0.1:${camera.port}/1`;
    await postJson(`${gateway.origin}/api/cameras`, {
      id: 'yard',
      name: 'Yard',
      url,
      record: 'always',
      analysis: { motion: true },
    });
    await waitFor(
      async () =>
        (await getJson(`${gateway.origin}/api/events?state=ended`)).body.events.some(
          ({ clipUrl }: { clipUrl: string | null }) => clipUrl !== null,
        ),
      { ...SLOW, message: 'an event with a clip' },
    );
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  });
  after(async () => {
    await browser?.close();
    await gateway?.end();
    await camera?.close();
  });

  const isPlaying = (selector: string): Promise<boolean> =>
    page.evaluate(
      `(() => { const video = document.querySelector(${JSON.stringify(selector)}); return video !== null && video.currentTime > 0.5; })()`,
    );

  it('plays the clip of an event in a drawer that has a link of its own', async () => {
    await page.goto(`${gateway.origin}/#/events`);
    await page.click('.event-card:not([data-open="true"])');
    await waitFor(() => isPlaying('.drawer-clip'), { ...SLOW, message: 'the clip to play' });
    const link = page.url();
    await page.keyboard.press('Escape');
    await page.waitForSelector('.drawer', { state: 'detached' });
    await page.goto(link);
    await page.waitForSelector('.drawer-box rect');
  });

  it('filters events by kind, and finds them by what their labels say', async () => {
    await page.goto(`${gateway.origin}/#/events`);
    await page.click('.chip:text-is("Person")');
    await page.waitForSelector('text=No such events');
    await page.click('.chip:text-is("Motion")');
    await page.waitForSelector('.event-card');
    await page.fill('input[type="search"]', 'bicycle');
    await page.waitForSelector('text=No such events');
    await page.fill('input[type="search"]', 'OTIO');
    await page.waitForSelector('.event-card');
  });

  it('sums up the last hour: counts, a timeline, pictures that open their events', async () => {
    await page.goto(`${gateway.origin}/#/events`);
    await page.click('text=Summary');
    await page.click('.chip:text-is("Last hour")');
    await page.waitForSelector('.digest-count:has-text("motion")');
    await page.waitForSelector('.digest-time[aria-label^="Events over time"]');
    const heights = await page.evaluate(
      `[...document.querySelectorAll('.digest-bars i')].map((bar) => bar.clientHeight)`,
    );
    expect(Math.max(...(heights as number[])), 'the highest bar').to.be.greaterThan(40);
    await page.setViewportSize({ width: 390, height: 844 });
    const spare = await page.evaluate(
      `innerWidth - document.querySelector('.digest-body').getBoundingClientRect().right`,
    );
    expect(spare, 'room beside it on a phone').to.be.greaterThan(0);
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.click('.digest-picture');
    await page.waitForSelector('.drawer');
    await page.keyboard.press('Escape');
  });

  it('plays a day of a camera from where the strip is clicked, jumps to events, and saves a part', async () => {
    await page.goto(`${gateway.origin}/#/timeline/yard`);
    await page.waitForSelector('timeline-strip canvas');
    await waitFor(() => page.isEnabled('text=Previous event'), { ...SLOW, message: 'the events of the day' });
    await page.click('text=Previous event');
    await waitFor(() => isPlaying('.timeline-player'), { ...SLOW, message: 'the recording to play' });
    await page.click('text=Mark start');
    await page.click('.chip:text-is("4×")');
    await waitFor(() => page.isEnabled('text=Mark end'), { ...SLOW, message: 'more to be played' });
    await page.click('text=Mark end');
    const href = await page.getAttribute('a:has-text("Save")', 'href');
    const saved = await fetch(new URL(href as string, gateway.origin));
    expect(saved.headers.get('content-type')).to.equal('video/mp4');
    expect((await saved.arrayBuffer()).byteLength).to.be.greaterThan(1000);
  });

  it('shows the time of the very picture, although a movie begins with a keyframe before it', async () => {
    // Each time: at the end of what was recorded so far the next movie takes the place of this one.
    const paused = `(() => {
      const video = document.querySelector('.timeline-player');
      video.pause();
      const shown = Number(document.querySelector('timeline-strip canvas').getAttribute('aria-valuenow'));
      return { src: video.src.split('#')[0], at: video.currentTime, shown };
    })()`;
    await waitFor(
      async () => {
        const { src, at, shown } = await page.evaluate<{ src: string; at: number; shown: number }>(paused);
        const start = (await fetch(src, { method: 'HEAD' })).headers.get('x-recording-start');
        return Math.abs(shown - Date.parse(start as string) - at * 1000) < 300;
      },
      { message: 'the time of the strip and that of the picture to be one' },
    );
  });

  it('is used without a mouse wheel: buttons zoom, arrows seek, the strip follows, a legend names colours', async () => {
    const canvas = page.locator('timeline-strip canvas');
    const timeAtLeft = async (): Promise<string> => {
      await canvas.hover({ position: { x: 1, y: 40 } });
      return (await page.textContent('.timeline-preview span')) ?? '';
    };
    const before = await timeAtLeft();
    for (let times = 0; times < 7; times += 1) await page.getByRole('button', { name: 'Zoom in' }).click();
    await waitFor(async () => (await timeAtLeft()) !== before, { message: 'another time at the left edge' });
    expect(await page.locator('.timeline-legend').textContent()).to.contain('Motion');
    const played = async (): Promise<number> => Number(await canvas.getAttribute('aria-valuenow'));
    const from = await played();
    await page.click('.chip:text-is("1×")');
    for (let times = 0; times < 5; times += 1) await canvas.press('ArrowLeft');
    await waitFor(async () => (await played()) < from, { message: 'an earlier time to be played' });
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate('document.documentElement.scrollWidth'), 'width of the page').to.equal(390);
    await page.setViewportSize({ width: 1280, height: 860 });
  });
});
