/** Plays a camera's video in a page of Chromium, and tells what is seen. */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { openPage } from './browser.ts';

/** What the video of a page shows. */
export interface Shown {
  /** Pictures decoded by the present player. */
  frames: number;
  width: number;
  /** Brightness in the middle of the picture, 0 to 255. */
  level: number;
  /** Seconds behind live, as hls.js reckons it. */
  latency: number | undefined;
  /** Sound decoded by the present player, before decoding. */
  soundBytes: number;
}

const PLAYER = fileURLToPath(new URL('mse-player.js', import.meta.url));
const HLS_JS = fileURLToPath(new URL('../../node_modules/hls.js/dist/hls.min.js', import.meta.url));

/** A page of a server's origin that can play with {@link play}. */
export async function openVideoPage(browser: Browser, origin: string): Promise<Page> {
  const page = await openPage(browser, origin);
  await page.addScriptTag({ path: PLAYER });
  await page.addScriptTag({ path: HLS_JS });
  return page;
}

/** Starts a player. @param what a camera id for MSE, the URL of a playlist for HLS */
export function play(page: Page, kind: 'mse' | 'hls', what: string): Promise<void> {
  const name = kind === 'mse' ? 'playMse' : 'playHls';
  return page.evaluate(`globalThis.${name}(${JSON.stringify(what)})`);
}

/** What the video shows now. */
export function shown(page: Page): Promise<Shown> {
  return page.evaluate('globalThis.shownVideo()');
}
