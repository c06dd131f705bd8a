import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { openGreyCameras } from '../support/grey-cameras.ts';
import { getJson, postJson } from '../support/http.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { type PlayerView, WebrtcPlayer } from '../support/webrtc-page.ts';

const DARK = 60;
const BRIGHT = 200;
const LEVELS = { '/1': DARK, '/2': BRIGHT };
/** Decoding and the range of video levels shift the brightness a little. */
const TOLERANCE = 25;
/** Two seconds between keyframes: a viewer that waits for one is seen to wait. */
const FORMAT = { keyframeDistance: 30 };

describe('WebRTC in Chromium, through the gateway', () => {
  let cameras: RtspServer;
  let gateway: RunningProcess;
  let browser: Browser;
  let player: WebrtcPlayer;

  before(async function () {
    requirePeer(this, 'chromium');
    cameras = await openGreyCameras(LEVELS, { format: FORMAT });
    gateway = await startGateway();
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200);
    for (const cameraId of ['1', '2']) await connect(cameraId, `/${cameraId}`);
    browser = await openBrowser();
  });

  after(async () => {
    await browser?.close();
    await gateway?.end();
    await cameras?.close();
  });

  beforeEach(async () => {
    player = await WebrtcPlayer.open(await openPage(browser, gateway.origin));
  });

  afterEach(async () => {
    for (const context of browser.contexts()) {
      for (const page of context.pages()) await page.evaluate('window.stop?.()');
      await context.close();
    }
    await waitFor(async () => (await sessions()).length === 0, { timeoutMs: 25_000 });
  });

  const connect = (cameraId: string, path: string) =>
    postJson(`${gateway.origin}/api/cameras/connect`, { cameraId, url: cameras.url(path) });

  async function sessions(): Promise<{ sessionId: string; cameraId: string; state: string }[]> {
    return (await getJson(`${gateway.origin}/api/streams/status`)).body.sessions;
  }

  /** Waits until the page shows moving pictures of this brightness, decoded after `framesDecoded` others. */
  async function showing(luma: number, framesDecoded = 0, on = player) {
    let seen: PlayerView | undefined;
    return waitFor(
      async () => {
        const view = await on.look();
        seen = view;
        const isRight = Math.abs(view.luma - luma) < TOLERANCE && view.framesDecoded > framesDecoded + 5;
        return isRight ? view : undefined;
      },
      {
        timeoutMs: 20_000,
        message: () => `pictures of brightness ${luma}; seen last: ${JSON.stringify(seen)}`,
      },
    );
  }

  for (const [way, cameraId, luma] of [
    ['http', '1', DARK],
    ['socket', '2', BRIGHT],
    ['whep', '2', BRIGHT],
  ] as const) {
    it(`plays the right camera (${way}), and goes on`, async () => {
      await player.play(way, cameraId);
      const { framesDecoded, sessionId } = await showing(luma);
      expect(sessionId).to.match(new RegExp(`^${cameraId}_\\d+$`));
      await showing(luma, framesDecoded);
      expect((await sessions()).map((session) => [session.sessionId, session.state])).to.deep.equal([
        [sessionId, 'connected'],
      ]);
    });
  }

  it('plays for a player that asks for audio first', async () => {
    await player.play('whep', '1', ['audio', 'video']);
    await showing(DARK);
  });

  it('plays several cameras side by side, each its own', async () => {
    const other = await WebrtcPlayer.open(await openPage(browser, gateway.origin));
    await player.play('http', '1');
    await other.play('whep', '2');
    await showing(DARK);
    await showing(BRIGHT, 0, other);
  });

  it('goes on by itself when the camera was away, also with another size', async () => {
    await player.play('http', '1');
    const before = await showing(DARK);
    expect(before.width).to.equal(320);
    const { port } = cameras;
    await cameras.close();
    await waitFor(async () => !(await getJson(`${gateway.origin}/api/cameras/1/status`)).body.connected);
    cameras = await openGreyCameras(LEVELS, { port, format: { ...FORMAT, width: 640, height: 360 } });
    const after = await showing(DARK, before.framesDecoded);
    expect(after.sessionId).to.equal(before.sessionId);
    await waitFor(async () => (await player.look()).width === 640);
  });

  it("goes on with a new session when the camera's worker was killed", async () => {
    await player.keepPlaying('whep', '1');
    const before = await showing(DARK);
    const { body } = await getJson(`${gateway.origin}/health`);
    for (const { pid } of body.services.rtsp.workers) process.kill(pid, 'SIGKILL');
    const after = await waitFor(
      async () => {
        const view = await player.look();
        const isNew = view.sessionId !== before.sessionId && view.framesDecoded > 5;
        return isNew && Math.abs(view.luma - DARK) < TOLERANCE ? view : undefined;
      },
      { timeoutMs: 45_000, message: 'the player to play again' },
    );
    expect(after.sessionId).to.match(/^1_\d+$/);
  });

  it('leaves nothing of a viewer that vanishes', async () => {
    const another = await openBrowser();
    const page = await openPage(another, gateway.origin);
    const vanishing = await WebrtcPlayer.open(page);
    await vanishing.play('http', '1');
    await showing(DARK, 0, vanishing);
    expect(await sessions()).to.have.length(1);
    // The page says no farewell: its network is gone.
    await page.context().setOffline(true);
    await another.close();
    await waitFor(async () => (await sessions()).length === 0, { timeoutMs: 25_000 });
    const status = await getJson(`${gateway.origin}/api/cameras/1/status`);
    expect(status.body.viewers).to.equal(0);
  });

  it('tells the client that the camera was removed', async () => {
    await connect('gone', '/1');
    await player.play('socket', 'gone');
    await showing(DARK);
    await postJson(`${gateway.origin}/api/cameras/disconnect`, { cameraId: 'gone' });
    await waitFor(async () => (await player.look()).error === 'camera-removed');
  });

  it('does not decode or encode anything for viewers of video', async () => {
    const counters = async () => {
      const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
      const lines = metrics.split('\n').filter((line) => /_(?:de|en)coded_frames_total\{/.test(line));
      return lines.map((line) => Number(line.split(' ').at(-1))).reduce((sum, value) => sum + value, 0);
    };
    // One picture, so that the counters are seen to count.
    await fetch(`${gateway.origin}/api/cameras/1/frame`);
    await player.play('http', '1');
    const { framesDecoded } = await showing(DARK);
    const before = await counters();
    expect(before).to.be.greaterThan(0);
    await showing(DARK, framesDecoded);
    expect(await counters()).to.equal(before);
  });
});
