import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { BFRAME_FPS, openBframeCamera } from '../support/bframe-camera.ts';
import { openBrowser } from '../support/browser.ts';
import { openGreyCameras } from '../support/grey-cameras.ts';
import { getJson, postJson } from '../support/http.ts';
import { MseClient } from '../support/mse-client.ts';
import { type GstServer, requirePeer, startGstServer } from '../support/peers.ts';
import { probeVideo } from '../support/probe-video.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { openVideoPage, play, shown } from '../support/video-page.ts';
import { waitFor } from '../support/wait-for.ts';

/** Luma 60 and 200 of limited range as RGB shows them, with room for rounding. */
const DARK = 51;
const LIGHT = 214;
const TOLERANCE = 4;
const RECONNECT = { timeoutMs: 30_000 };

/** Share of an interval by which the timeline is drawn towards arrival, where a busy machine was late. */
const MOST_PULL = 0.05;

describe('Fragmented MP4 over WebSocket', function () {
  this.timeout(90_000);
  let cameras: RtspServer;
  let gateway: RunningProcess;
  let api: string;

  before(async () => {
    cameras = await openGreyCameras({ '/dark': 60, '/light': 200 });
    gateway = await startGateway();
    api = `${gateway.origin}/api/cameras`;
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, RECONNECT);
    for (const cameraId of ['dark', 'light']) {
      await postJson(`${api}/connect`, { cameraId, url: cameras.url(`/${cameraId}`) });
    }
  });
  after(async () => {
    await gateway.end();
    await cameras.close();
  });

  /** The first pictures of a session come together where this machine was busy, and are shown faster then. */
  const begun = (cameraId: string) =>
    waitFor(async () => (await getJson(`${api}/${cameraId}/status`)).body.frameCount > 75);

  it('is a file that ffprobe reads without complaint, from a keyframe on and without gaps', async function () {
    requirePeer(this, 'ffmpeg');
    await begun('light');
    const client = await MseClient.open(gateway.origin, 'light');
    await waitFor(() => client.binaries.length > 40);
    client.close();
    const { packets, complaints, ...video } = await probeVideo(Buffer.concat(client.binaries));
    expect(video).to.deep.equal({ codec: 'h264', width: 320, height: 240 });
    expect(complaints).to.equal('');
    expect(packets[0]?.keyframe).to.equal(true);
    expect(packets.length).to.be.greaterThan(38);
    const steps = packets
      .slice(1)
      .map(({ decodedAt }, index) => decodedAt - (packets[index]?.decodedAt ?? 0));
    for (const step of steps) expect(step).to.be.closeTo(1 / 15, MOST_PULL / 15 + 0.001);
  });

  it('starts with the current group of pictures, without waiting for a keyframe', async () => {
    const client = await MseClient.open(gateway.origin, 'dark');
    await waitFor(() => client.binaries.length > 1);
    client.close();
    expect(client.texts[0]).to.include({ type: 'init', cameraId: 'dark', width: 320, height: 240 });
  });

  it('refuses an unknown camera', async () => {
    const refused = await MseClient.open(gateway.origin, 'unknown').catch(String);
    expect(refused).to.include('404');
  });

  it('tells viewers that their camera was removed, and leaves no socket', async () => {
    await postJson(`${api}/connect`, { cameraId: 'gone', url: cameras.url('/dark') });
    const client = await MseClient.open(gateway.origin, 'gone');
    await waitFor(() => client.binaries.length > 1);
    await postJson(`${api}/disconnect`, { cameraId: 'gone' });
    await waitFor(() => client.closeCode !== undefined);
    expect([client.texts.at(-1).code, client.closeCode]).to.deep.equal(['camera-not-found', 4004]);
  });

  describe('in Chromium', () => {
    let browser: Browser;

    before(async function () {
      requirePeer(this, 'chromium');
      browser = await openBrowser();
    });
    after(() => browser?.close());

    const rises = async (page: Page, options = {}): Promise<void> => {
      let before = (await shown(page)).frames;
      await waitFor(async () => {
        const { frames } = await shown(page);
        // A new player counts from 0.
        before = Math.min(before, frames);
        return frames > before + 10;
      }, options);
    };

    it('plays the camera that was asked for', async () => {
      for (const [cameraId, level] of [
        ['dark', DARK],
        ['light', LIGHT],
      ] as const) {
        const page = await openVideoPage(browser, gateway.origin);
        await play(page, 'mse', cameraId);
        await waitFor(async () => (await shown(page)).frames > 10);
        const picture = await shown(page);
        expect(picture.width).to.equal(320);
        expect(picture.level).to.be.closeTo(level, TOLERANCE);
        await page.context().close();
      }
    });

    it('goes on in the same player after the camera drops, and in a new one after its worker is killed', async () => {
      const page = await openVideoPage(browser, gateway.origin);
      await play(page, 'mse', 'light');
      await rises(page);
      cameras.setFault('/light', { fault: 'drop' });
      await rises(page, RECONNECT);
      const { body } = await getJson(`${gateway.origin}/health`);
      for (const { pid } of body.services.rtsp.workers) process.kill(pid, 'SIGKILL');
      await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, RECONNECT);
      await waitFor(async () => (await getJson(`${api}/light/status`)).body.connected === true, RECONNECT);
      await rises(page, RECONNECT);
      expect((await shown(page)).level).to.be.closeTo(LIGHT, TOLERANCE);
      await page.context().close();
    });
  });

  it('carries B-frames, each decoded before it is shown, and shown at an even distance', async function () {
    requirePeer(this, 'ffmpeg');
    const camera = await openBframeCamera();
    try {
      await postJson(`${api}/connect`, { cameraId: 'b', url: camera.url('/bframes') });
      await begun('b');
      const client = await MseClient.open(gateway.origin, 'b');
      await waitFor(() => client.binaries.length > 70, { timeoutMs: 20_000 });
      client.close();
      await postJson(`${api}/disconnect`, { cameraId: 'b' });
      const { packets, complaints } = await probeVideo(Buffer.concat(client.binaries));
      expect(complaints).to.equal('');
      expect(packets.every(({ shownAt, decodedAt }) => shownAt >= decodedAt)).to.equal(true);
      const inOrder = packets.map(({ shownAt }) => shownAt).sort((a, b) => a - b);
      expect(packets.some(({ shownAt }, index) => shownAt !== inOrder[index])).to.equal(true);
      // The last P is there already, the B-frames before it are not.
      const whole = inOrder.slice(0, -3);
      const steps = whole.slice(1).map((time, index) => time - (whole[index] as number));
      // Up to four pictures are decoded from one picture to that which is shown after it.
      const most = (4 * MOST_PULL) / BFRAME_FPS + 0.001;
      for (const step of steps) expect(step).to.be.closeTo(1 / BFRAME_FPS, most);
    } finally {
      await camera.close();
    }
  });

  describe('of a third-party RTSP server', () => {
    let server: GstServer;

    before(async function () {
      requirePeer(this, 'gst-rtsp-server');
      requirePeer(this, 'ffmpeg');
      server = await startGstServer();
    });
    after(() => server?.close());

    async function record(path: string): ReturnType<typeof probeVideo> {
      const cameraId = path.slice(1);
      await postJson(`${api}/connect`, { cameraId, url: server.url(path) });
      const client = await MseClient.open(gateway.origin, cameraId);
      await waitFor(() => client.binaries.length > 60, { timeoutMs: 20_000 });
      client.close();
      await postJson(`${api}/disconnect`, { cameraId });
      return probeVideo(Buffer.concat(client.binaries));
    }

    it('carries H.265', async () => {
      const { codec, width, complaints } = await record('/h265');
      expect({ codec, width, complaints }).to.deep.equal({ codec: 'hevc', width: 640, complaints: '' });
    });

    it('refuses MJPEG with a code', async () => {
      await postJson(`${api}/connect`, { cameraId: 'mjpeg', url: server.url('/mjpeg') });
      const client = await MseClient.open(gateway.origin, 'mjpeg');
      await waitFor(() => client.closeCode !== undefined);
      expect([client.texts[0].code, client.closeCode]).to.deep.equal(['mse-unsupported-codec', 4015]);
      await postJson(`${api}/disconnect`, { cameraId: 'mjpeg' });
    });
  });
});
