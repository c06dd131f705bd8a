/** How soon the dashboard is seen on a slow phone: 4G and a quarter of the processor. */
import type { Browser, Page } from 'playwright-core';
import { hasChromium, openBrowser } from '../support/browser.ts';
import { getJson } from '../support/http.ts';
import { startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { percentile } from './measure.ts';
import { print, target } from './report.ts';

const MOST_PAINT_MS = 1500;
const CPU_SLOWDOWN = 4;
/** Slow 4G as browsers' tools define it: bits per second as bytes, and milliseconds of a round trip. */
const SLOW_4G = {
  offline: false,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
  latency: 150,
};
const PATIENCE = { timeout: 60_000 };
/** Milliseconds since the navigation; the content is the first tile with a name. */
interface Visit {
  paint: number;
  content: number;
  picture: number;
  requests: number;
  kilobytes: number;
}
const WATCH = `{
  const seen = globalThis.seen = {};
  const note = (name, selector) => {
    if (seen[name] === undefined && document.querySelector(selector)) seen[name] = performance.now();
  };
  new MutationObserver(() => {
    note('content', '.tile:not(.skeleton)');
    note('picture', 'camera-picture[data-pictures]');
  }).observe(document, { subtree: true, childList: true, attributes: true });
}`;
const READ = `({
  paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
  ...globalThis.seen,
  files: performance.getEntriesByType('resource').map(({ name, transferSize, initiatorType }) => ({ name, transferSize, initiatorType })),
  page: performance.getEntriesByType('navigation')[0].transferSize,
})`;

/** Opens the dashboard of the demo, first with an empty cache and then again. */
export async function benchPage(visits: number): Promise<void> {
  if (!hasChromium()) {
    print('dashboard: not measured, Chromium is absent');
    return;
  }
  const [gateway, browser] = await Promise.all([
    startGateway({ DEMO_CAMERAS: 'on', ANALYSIS: 'off', LOG_LEVEL: 'warn' }),
    openBrowser(),
  ]);
  try {
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, {
      timeoutMs: 60_000,
    });
    // The gateway builds the page at the first request.
    await visit(browser, gateway.origin, 1);
    const runs = [];
    for (let run = 0; run < visits; run += 1) runs.push(await visit(browser, gateway.origin, 2));
    const first = runs.map(([empty]) => empty as Visit);
    const again = runs.map(([, cached]) => cached as Visit);
    report('with an empty cache', first);
    report('again', again);
    const paint = median(first, 'paint');
    target(
      `dashboard: first paint ${paint.toFixed(0)} ms with 4G and a quarter of the processor (${MOST_PAINT_MS})`,
      paint <= MOST_PAINT_MS,
    );
  } finally {
    await browser.close();
    await gateway.end();
  }
}

/** Loads the page so many times in one new context. */
async function visit(browser: Browser, origin: string, loads: number): Promise<Visit[]> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', SLOW_4G);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
  await page.addInitScript(WATCH);
  const seen: Visit[] = [];
  for (let load = 0; load < loads; load += 1) seen.push(await loadPage(page, origin));
  await context.close();
  return seen;
}

async function loadPage(page: Page, origin: string): Promise<Visit> {
  await page.goto(`${origin}/`);
  await page.locator('camera-picture[data-pictures]').first().waitFor(PATIENCE);
  const {
    files,
    page: pageBytes,
    ...times
  } = (await page.evaluate(READ)) as Omit<Visit, 'requests' | 'kilobytes'> & {
    files: { transferSize: number }[];
    page: number;
  };
  const size = files.reduce((sum, { transferSize }) => sum + transferSize, pageBytes);
  return { ...times, requests: files.length + 1, kilobytes: size / 1000 };
}

function report(name: string, visits: Visit[]): void {
  const [paint, content, picture] = (['paint', 'content', 'picture'] as const).map((what) =>
    median(visits, what).toFixed(0),
  );
  print(
    `dashboard ${name}, 4G and a quarter of the processor: first paint ${paint} ms, cameras ${content} ms, ` +
      `first live picture ${picture} ms, ${median(visits, 'requests')} requests, ${median(visits, 'kilobytes').toFixed(0)} kB`,
  );
}

function median(visits: Visit[], what: keyof Visit): number {
  return percentile(
    visits.map((visit) => visit[what]),
    0.5,
  );
}
