import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { createRtspServer, type RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { greySource } from '../support/grey-cameras.ts';
import { getJson, postJson } from '../support/http.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { aacTone, opusTone, pcmuTone } from '../support/tone.ts';
import { waitFor } from '../support/wait-for.ts';
import { WebrtcPlayer } from '../support/webrtc-page.ts';

const GREY = 120;

describe('Sound over WebRTC in Chromium, through the gateway', () => {
  let cameras: RtspServer;
  let gateway: RunningProcess;
  let browser: Browser;
  let player: WebrtcPlayer;

  before(async function () {
    requirePeer(this, 'chromium');
    const streams = new Map([
      ['/pcmu', await greySource(GREY, {}, pcmuTone())],
      ['/opus', await greySource(GREY, {}, await opusTone())],
      ['/aac', await greySource(GREY, {}, await aacTone())],
      ['/broken', await greySource(GREY, {}, pcmuTone())],
      ['/none', await greySource(GREY)],
    ]);
    cameras = createRtspServer({ streams });
    await cameras.listen();
    cameras.setFault('/broken', { fault: 'bad-audio', how: 'drop' });
    gateway = await startGateway();
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200);
    for (const path of streams.keys()) {
      const cameraId = path.slice(1);
      await postJson(`${gateway.origin}/api/cameras/connect`, { cameraId, url: cameras.url(path) });
    }
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
    await player?.stop();
    for (const context of browser?.contexts() ?? []) await context.close();
  });

  /** Waits until both are played, the sound louder than nothing. */
  async function playing() {
    let view = await player.look();
    const heard = await waitFor(
      async () => {
        view = await player.look();
        return view.framesDecoded > 5 && view.audioPackets > 5 && view.audioLevel > 0.05 ? view : undefined;
      },
      { timeoutMs: 40_000, message: () => `picture and sound: ${JSON.stringify(view)}` },
    );
    await waitFor(async () => (await player.look()).audioPackets > heard.audioPackets + 10);
  }

  for (const [cameraId, way] of [
    ['pcmu', 'whep'],
    ['pcmu', 'http'],
    ['opus', 'whep'],
    ['opus', 'socket'],
    ['aac', 'whep'],
    ['aac', 'http'],
  ] as const) {
    it(`plays ${cameraId} (${way})`, async () => {
      await player.play(way, cameraId);
      await playing();
    });
  }

  it('plays for a player that asks for audio first', async () => {
    await player.play('whep', 'opus', ['audio', 'video']);
    await playing();
  });

  it('goes on by itself when the camera was away', async () => {
    await player.play('whep', 'aac');
    await playing();
    const connectionsBefore = cameras.stats().connectionsAccepted;
    cameras.setFault('/aac', { fault: 'drop' });
    await waitFor(() => cameras.stats().connectionsAccepted > connectionsBefore);
    await playing();
  });

  it('plays the picture alone for a player that asks for no sound', async () => {
    await player.play('whep', 'opus', ['video']);
    await waitFor(async () => (await player.look()).framesDecoded > 5);
    expect((await player.look()).audioPackets).to.equal(0);
  });

  for (const cameraId of ['broken', 'none']) {
    it(`plays the picture of a camera whose sound is ${cameraId}`, async () => {
      await player.play('http', cameraId);
      await waitFor(async () => (await player.look()).framesDecoded > 5, { timeoutMs: 20_000 });
      expect((await player.look()).audioPackets).to.equal(0);
    });
  }
});
