/**
 * Pictures of every page and state at three sizes, light and dark, of a real gateway
 * with simulated cameras, to be looked at: `npm run screenshots [folder [size]]`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type Household, openHousehold } from './screenshots/household.ts';
import { hasChromium, openBrowser } from './support/browser.ts';
import { hrefOf, PATHS, parametersOf } from './support/dashboard-pages.ts';

const VIEWPORTS = {
  desktop: { width: 1440, height: 900 },
  tablet: { width: 1024, height: 768 },
  phone: { width: 390, height: 844 },
} as const;
const SIZES = Object.entries(VIEWPORTS).flatMap(([name, viewport]) => [
  { name, viewport, colorScheme: 'light' as const },
  { name: `${name}-dark`, viewport, colorScheme: 'dark' as const },
]);
const PATIENCE = { timeout: 60_000 };

/** A page in a state that it does not open in. */
interface State {
  name: string;
  path: string;
  /** What shows that it is complete. */
  complete: string;
  act?: (page: Page) => Promise<void>;
}

const STATES: State[] = [
  { name: 'cameras', path: '#/', complete: '.tile[data-tone="bad"]', act: seeFourMoving },
  { name: 'cameras-menu', path: '#/', complete: '.tile', act: (page) => openMenu(page, 'View') },
  { name: 'cameras-wall', path: '#/?wall', complete: '.tile-caption' },
  { name: 'camera', path: '#/camera/front', complete: 'camera-view:not([data-transport="jpeg"])', act: ask },
  {
    name: 'camera-menu',
    path: '#/camera/front',
    complete: '.stage',
    act: (page) => openMenu(page, 'Stream'),
  },
  { name: 'camera-remove', path: '#/camera/yard', complete: '.stage', act: askRemoval },
  { name: 'camera-broken', path: '#/camera/gate', complete: '.stage .countdown' },
  { name: 'camera-unknown', path: '#/camera/nowhere', complete: '.empty' },
  { name: 'add-faults', path: hrefOf('addByHand'), complete: 'form', act: saveEmpty },
  { name: 'deliveries', path: '#/settings/deliveries', complete: '.row' },
  { name: 'ask', path: '#/ask', complete: '.camera-chip[data-live="true"]', act: ask },
  { name: 'events', path: '#/events', complete: '.event-card, .empty' },
  { name: 'events-summary', path: '#/events', complete: '.event-card', act: openSummary },
];
/** Every other page of the table as it opens. */
function otherPages(watchId: string): State[] {
  const filled = (name: string): string => (name === 'watchId' ? watchId : 'front');
  return Object.entries(PATHS)
    .filter(([page]) => !STATES.some(({ name }) => name === page))
    .map(([page, path]) => ({
      name: page,
      path: hrefOf(page, Object.fromEntries(parametersOf(path).map((name) => [name, filled(name)]))),
      complete: 'h1',
    }));
}

const [folder = 'screenshots', onlySize] = process.argv.slice(2);
if (!hasChromium()) throw new Error('the pictures are taken with Chromium: apt-get install chromium');
mkdirSync(folder, { recursive: true });
const household = await openHousehold();
const browser = await openBrowser();
try {
  await takeFirstStart(browser, household);
  const { watchId } = await household.furnish();
  const states = [...STATES, ...otherPages(watchId)];
  await takeForReadme(browser, household);
  for (const size of SIZES)
    if (onlySize === undefined || size.name === onlySize)
      await takeAll(browser, household, { states, ...size });
  await takeSideways(browser, household);
} finally {
  await browser.close();
  await household.close();
}

/** The first start, without any configuration. */
async function takeFirstStart(browser: Browser, { origin }: Household): Promise<void> {
  const page = await browser.newPage({ viewport: VIEWPORTS.desktop });
  await page.goto(`${origin}/`);
  await seeFourMoving(page);
  await page.screenshot({ path: join(folder, 'first-start.png') });
  await page.close();
}

/** The picture of the README, to be copied to docs/images: small, so that a clone stays light. */
async function takeForReadme(browser: Browser, { origin }: Household): Promise<void> {
  const page = await browser.newPage({ viewport: VIEWPORTS.desktop });
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
  { name: size, states, ...look }: (typeof SIZES)[number] & { states: readonly State[] },
): Promise<void> {
  const page = await browser.newPage({ ...look, reducedMotion: 'reduce' });
  page.setDefaultTimeout(PATIENCE.timeout);
  await page.goto(`${origin}/`);
  for (const { name, path, complete, act } of states) {
    await page.evaluate(`document.activeElement.blur(); location.hash = '${path}'`);
    await page.locator(complete).first().waitFor();
    await page.waitForLoadState('networkidle', { timeout: 1500 }).catch(() => {});
    // A state that cannot be reached is seen in its picture.
    await act?.(page).catch((error: unknown) =>
      console.log(`${size}-${name}: ${String(error).split('\n')[0]}`),
    );
    await page.screenshot({ path: join(folder, `${size}-${name}.png`) });
    console.log(join(folder, `${size}-${name}.png`));
  }
  await page.close();
}

/** A phone held sideways. */
async function takeSideways(browser: Browser, { origin }: Household): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 844, height: 390 } });
  await page.goto(`${origin}/#/camera/front`);
  await page.locator('camera-view:not([data-transport="jpeg"])').waitFor(PATIENCE);
  await page.screenshot({ path: join(folder, 'sideways-camera.png') });
  await page.close();
}

async function openSummary(page: Page): Promise<void> {
  await page.locator('.digest > summary').click();
  await page.locator('.digest-counts').waitFor();
}

async function openMenu(page: Page, name: string): Promise<void> {
  await page.locator(`summary[aria-label="${name}"]`).click();
}

async function askRemoval(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Remove' }).click();
}

/** Pictures out of view are not loaded: a phone shows fewer. */
async function seeFourMoving(page: Page): Promise<void> {
  const isPhone = (page.viewportSize()?.width ?? 0) < VIEWPORTS.desktop.width;
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
