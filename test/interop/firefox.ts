import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../support/wait-for.ts';
import { Bidi } from './bidi.ts';
import { hasProgram, type Peer, pictures, type Stage } from './peer.ts';

const WANTED = 20;
const source = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');

/** Plays in a page of the gateway's. @param player a call of test/support/mse-player.js */
async function watch({ origin }: Stage, player: string): Promise<string> {
  const browser = await Bidi.open('firefox-esr');
  try {
    await browser.navigate(`${origin}/`);
    await browser.evaluate(`document.body.innerHTML = '<video muted autoplay playsinline></video>'`);
    await browser.evaluate(source('../../node_modules/hls.js/dist/hls.min.js'));
    await browser.evaluate(source('../support/mse-player.js'));
    await browser.evaluate(player);
    const frames = async () => Number(await browser.evaluate('shownVideo().frames'));
    await waitFor(async () => (await frames()) >= WANTED, { message: `${WANTED} pictures` });
    return pictures(await frames(), WANTED);
  } finally {
    await browser.close();
  }
}

export const firefox: Peer = {
  name: 'Firefox ESR',
  install: 'apt-get install firefox-esr',
  isInstalled: () => hasProgram('firefox-esr', '--version'),
  checks: {
    MSE: (stage) => watch(stage, `playMse('1')`),
    'HLS through hls.js': (stage) => watch(stage, `playHls('/hls/1/index.m3u8')`),
  },
};
