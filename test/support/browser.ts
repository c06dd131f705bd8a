/** Debian's Chromium, which plays H.264, for tests of what browsers show. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/** Whether it is installed. */
export function hasChromium(): boolean {
  return existsSync(EXECUTABLE);
}

/** Starts it, without a window. @param further arguments beside the usual ones */
export function openBrowser(further: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: [...ARGUMENTS, ...further] });
}

/** An empty page of a server's origin, where a test runs scripts of its own. */
export async function openPage(browser: Browser, origin: string): Promise<Page> {
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  await page.goto(`${origin}/livez`);
  await page.setContent('<video id="video" muted autoplay playsinline></video>');
  return page;
}
