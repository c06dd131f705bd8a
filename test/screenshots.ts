/**
 * Pictures of every page at desktop and phone size, light and dark, of a real
 * gateway with simulated cameras, to be looked at: `npm run screenshots [folder]`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type Household, openHousehold } from './screenshots/household.ts';
import { hasChromium, openBrowser } from './support/browser.ts';

const SIZES = [
  { name: 'desktop', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  { name: 'desktop-dark', viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  { name: 'phone', viewport: { width: 360, height: 780 }, colorScheme: 'light' },
  { name: 'phone-dark', viewport: { width: 360, height: 780 }, colorScheme: 'dark' },
] as const;
const PATIENCE = { timeout: 60_000 };

/** Pages by the name of their picture, and what shows that they are complete. */
const PAGES: { name: string; path: string; complete: string; act?: (page: Page) => Promise<void> }[] = [
  { name: 'cameras', path: '#/', complete: '.tile[data-tone="bad"]', act: seeFourMoving },
  { name: 'camera', path: '#/camera/front', complete: 'camera-view:not([data-transport="jpeg"])', act: ask },
  { name: 'camera-broken', path: '#/camera/gate', complete: '.stage .countdown' },
  { name: 'edit', path: '#/camera/front/edit', complete: '#name' },
  { name: 'add', path: '#/add', complete: '#address' },
  { name: 'add-by-hand', path: '#/add/by-hand', complete: '#ip', act: saveEmpty },
  { name: 'upload', path: '#/upload', complete: '#file' },
  { name: 'ask', path: '#/ask', complete: '.camera-chip[data-live="true"]', act: ask },
  { name: 'reasoning', path: '#/settings/reasoning', complete: '.provider-form' },
  { name: 'events', path: '#/events', complete: '.event, .empty' },
  { name: 'deliveries', path: '#/settings/deliveries', complete: '.row' },
  { name: 'devices', path: '#/settings/devices', complete: 'tbody tr' },
  { name: 'health', path: '#/settings/health', complete: 'tbody tr' },
];

const folder = process.argv[2] ?? 'screenshots';
if (!hasChromium()) throw new Error('the pictures are taken with Chromium: apt-get install chromium');
mkdirSync(folder, { recursive: true });
const household = await openHousehold();
const browser = await openBrowser();
try {
  await takeFirstStart(browser, household);
  await household.furnish();
  await takeForReadme(browser, household);
  for (const size of SIZES) await takeAll(browser, household, size);
} finally {
  await browser.close();
  await household.close();
}

/** The first start, without any configuration. */
async function takeFirstStart(browser: Browser, { origin }: Household): Promise<void> {
  const page = await browser.newPage({ viewport: SIZES[0].viewport });
  await page.goto(`${origin}/`);
  await seeFourMoving(page);
  await page.screenshot({ path: join(folder, 'first-start.png') });
  await page.close();
}

/** The picture of the README, to be copied to docs/images: small, so that a clone stays light. */
async function takeForReadme(browser: Browser, { origin }: Household): Promise<void> {
  const page = await browser.newPage({ viewport: SIZES[0].viewport });
  page.setDefaultTimeout(PATIENCE.timeout);
  await page.goto(`${origin}/`);
  await page.locator('.tile[data-tone="bad"]').first().waitFor();
  await seeFourMoving(page);
  await page.screenshot({ path: join(folder, 'dashboard.jpg'), type: 'jpeg', quality: 70 });
  await page.close();
}

async function takeAll(
  browser: Browser,
  { origin }: Household,
  { name: size, ...look }: (typeof SIZES)[number],
): Promise<void> {
  const page = await browser.newPage(look);
  page.setDefaultTimeout(PATIENCE.timeout);
  await page.goto(`${origin}/`);
  for (const { name, path, complete, act } of PAGES) {
    await page.evaluate(`location.hash = '${path}'`);
    await page.locator(complete).first().waitFor();
    await act?.(page);
    await page.screenshot({ path: join(folder, `${size}-${name}.png`) });
    console.log(join(folder, `${size}-${name}.png`));
  }
  await page.close();
}

/** Pictures out of view are not loaded: a phone shows fewer. */
async function seeFourMoving(page: Page): Promise<void> {
  const isPhone = (page.viewportSize()?.width ?? 0) < SIZES[0].viewport.width;
  await page
    .locator('camera-picture[data-pictures]')
    .nth(isPhone ? 0 : 3)
    .waitFor(PATIENCE);
  await page.locator('.tile[data-tone="good"]').nth(3).waitFor(PATIENCE);
}

async function ask(page: Page): Promise<void> {
  await page.getByLabel('Question').fill('Is a person at the door?');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.locator('.answer-card[data-state="answered"], .problem').first().waitFor();
}

async function saveEmpty(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.field-error').waitFor();
}
