import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { openBrowser } from '../support/browser.ts';
import { openGreyCameras } from '../support/grey-cameras.ts';
import { getJson, postJson } from '../support/http.ts';
import { requirePeer } from '../support/peers.ts';
import { probeVideo } from '../support/probe-video.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { openVideoPage, play, shown } from '../support/video-page.ts';
import { ELSEWHERE } from '../support/visitor.ts';
import { waitFor } from '../support/wait-for.ts';

const LIGHT = 214;
const TOLERANCE = 4;

/** Files that a playlist lists; a part that is announced never comes where a keyframe begins a segment in its place. */
function filesOf(playlist: string): string[] {
  const listed = playlist.replace(/^#EXT-X-PRELOAD-HINT.*$/gm, '');
  return [...listed.matchAll(/^(?:[^#\n].*)$|URI="([^"]+)"/gm)].map(([line, uri]) => uri ?? line);
}

describe('Low-latency HLS', function () {
  this.timeout(90_000);
  let cameras: RtspServer;
  let gateway: RunningProcess;
  let index: string;

  before(async () => {
    cameras = await openGreyCameras({ '/light': 200 });
    gateway = await startGateway();
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, {
      timeoutMs: 20_000,
    });
    await postJson(`${gateway.origin}/api/cameras/connect`, {
      cameraId: 'light',
      url: cameras.url('/light'),
    });
    index = `${gateway.origin}/hls/light/index.m3u8`;
  });
  after(async () => {
    await gateway.end();
    await cameras.close();
  });

  const playlist = async (query = ''): Promise<string> => (await fetch(`${index}${query}`)).text();

  it('answers the first request with a playlist that can be played', async () => {
    const response = await fetch(index);
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('application/vnd.apple.mpegurl');
    expect(response.headers.get('cache-control')).to.equal('no-store');
    const text = await response.text();
    for (const line of [
      '#EXT-X-MAP:URI="init-',
      '#EXT-X-PART:DURATION=',
      '#EXTINF:',
      '#EXT-X-PROGRAM-DATE-TIME:',
    ])
      expect(text).to.include(line);
  });

  it('names files relative to itself, so that it works behind any path prefix, and serves each of them', async () => {
    const names = filesOf(await playlist());
    expect(names.length).to.be.greaterThan(3);
    for (const name of names) {
      expect(name).to.match(/^[a-z]+-[0-9-]+\.(mp4|m4s)$/);
      const response = await fetch(new URL(name, index));
      expect(response.status, name).to.equal(200);
      expect(response.headers.get('content-type')).to.equal('video/mp4');
      expect((await response.arrayBuffer()).byteLength).to.equal(
        Number(response.headers.get('content-length')),
      );
    }
  });

  it('holds a reload until the part that is asked for is there', async () => {
    const [, sequence, part] = /PRELOAD-HINT:TYPE=PART,URI="part-(\d+)-(\d+)/.exec(await playlist()) ?? [];
    const text = await playlist(`?_HLS_msn=${sequence}&_HLS_part=${part}`);
    // A keyframe may begin a new segment in its place.
    const next = [`part-${sequence}-${part}.m4s`, `part-${Number(sequence) + 1}-0.m4s`];
    const listed = [...text.matchAll(/#EXT-X-PART:.*URI="([^"]+)"/g)].map(([, name]) => name);
    expect(listed.some((name) => next.includes(name as string))).to.equal(true);
  });

  for (const kind of ['key', 'ticket'] as const)
    it(`S8: opens with a ${kind} in the address of a playlist all files that it names, from elsewhere`, async () => {
      const { body } =
        kind === 'key'
          ? await postJson(`${gateway.origin}/api/keys`, { name: 'TV', scope: 'view', cameras: ['light'] })
          : await postJson(`${gateway.origin}/api/tickets`, { path: '/hls/light/index.m3u8' });
      const open = (url: URL) => fetch(url, { headers: ELSEWHERE });
      const variants = new URL(`main.m3u8?${kind}=${body[kind]}`, index);
      const next = (await (await open(variants)).text()).split('\n').find((line) => line.startsWith('index'));
      const start = new URL(`${index}?${kind}=${body[kind]}`);
      for (const url of [new URL(next as string, index), start]) {
        const names = filesOf(await (await open(url)).text());
        expect(names.length).to.be.greaterThan(3);
        // Simultaneously: the oldest file leaves the live window soon.
        const statuses = await Promise.all(
          names.map(async (name) => (await open(new URL(name, index))).status),
        );
        expect(new Set(statuses), names.join(' ')).to.deep.equal(new Set([200]));
      }
      if (kind === 'ticket') return;
      const maps = async () => /MAP:URI="([^"]+)"/.exec(await (await open(start)).text())?.[1];
      expect(await maps(), 'an address that stays').to.equal(await maps());
    });

  it('refuses what it does not know', async () => {
    const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
    expect(await statusOf(`${gateway.origin}/hls/unknown/index.m3u8`)).to.equal(404);
    expect(await statusOf(new URL('seg-1.m4s', index).href)).to.equal(404);
    expect(await statusOf(new URL('secret.txt', index).href)).to.equal(404);
    expect(await statusOf(`${index}?_HLS_msn=99999999999`)).to.equal(400);
    expect(await statusOf(`${index}?_HLS_part=1`)).to.equal(400);
    expect(await statusOf(`${index}?_HLS_msn=x`)).to.equal(400);
  });

  it('is played by ffmpeg', async function () {
    requirePeer(this, 'ffmpeg');
    const { codec, width, packets } = await probeVideo(index, ['-read_intervals', '%+3']);
    expect([codec, width]).to.deep.equal(['h264', 320]);
    expect(packets.length).to.be.greaterThan(30);
  });

  describe('in Chromium', () => {
    let browser: Browser;

    before(async function () {
      requirePeer(this, 'chromium');
      browser = await openBrowser();
    });
    after(() => browser?.close());

    const rises = async (page: Page): Promise<void> => {
      const { frames } = await shown(page);
      await waitFor(async () => (await shown(page)).frames > frames + 15, { timeoutMs: 30_000 });
    };

    it('is played by hls.js, with low latency, and goes on after the camera drops', async () => {
      const page = await openVideoPage(browser, gateway.origin);
      await play(page, 'hls', index);
      await rises(page);
      expect((await shown(page)).level).to.be.closeTo(LIGHT, TOLERANCE);
      await waitFor(async () => ((await shown(page)).latency ?? 9) < 4, { message: 'low latency' });
      cameras.setFault('/light', { fault: 'drop' });
      await rises(page);
      await page.context().close();
    });
  });
});
