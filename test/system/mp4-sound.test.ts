import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { createRtspServer, type RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { openBrowser } from '../support/browser.ts';
import { greySource } from '../support/grey-cameras.ts';
import { getJson, postJson } from '../support/http.ts';
import { MseClient } from '../support/mse-client.ts';
import { requirePeer } from '../support/peers.ts';
import { measureSound, type ProbedVideo, probeVideo } from '../support/probe-video.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { aacTone, opusTone, pcmuTone } from '../support/tone.ts';
import { openVideoPage, play, shown } from '../support/video-page.ts';
import { waitFor } from '../support/wait-for.ts';

const GREY = 120;
/** Silence has 4 bytes a frame: a minute of it would have as many. */
const HEARD_BYTES = 4000;
/** The tone is at -6 dB. */
const LOUD_DB = -12;
const PATIENCE = { timeoutMs: 30_000 };

describe('Sound in fragmented MP4', function () {
  this.timeout(90_000);
  let cameras: RtspServer;
  let gateway: RunningProcess;

  before(async () => {
    const streams = new Map([
      ['/aac', await greySource(GREY, {}, await aacTone())],
      ['/opus', await greySource(GREY, {}, await opusTone())],
      ['/pcmu', await greySource(GREY, {}, pcmuTone())],
      ['/mute', await greySource(GREY, {}, await aacTone())],
    ]);
    cameras = createRtspServer({ streams });
    await cameras.listen();
    cameras.setFault('/mute', { fault: 'bad-audio', how: 'silent' });
    gateway = await startGateway();
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, PATIENCE);
    for (const path of streams.keys()) {
      const cameraId = path.slice(1);
      await postJson(`${gateway.origin}/api/cameras/connect`, { cameraId, url: cameras.url(path) });
    }
  });
  after(async () => {
    await gateway?.end();
    await cameras?.close();
  });

  /** Some seconds of a camera by MSE, as a file. */
  async function record(cameraId: string): Promise<{ codec: string; file: Buffer }> {
    const client = await MseClient.open(gateway.origin, cameraId);
    await waitFor(() => client.binaries.length > 60, PATIENCE);
    client.close();
    return { codec: client.texts[0].codec, file: Buffer.concat(client.binaries) };
  }

  /** The steps from frame to frame of the sound, milliseconds. */
  function stepsOf({ sound }: ProbedVideo): Set<number> {
    const times = sound?.packets.map(({ shownAt }) => shownAt) ?? [];
    return new Set(times.slice(1).map((time, index) => Math.round((time - (times[index] as number)) * 1000)));
  }

  for (const [name, codec, sampleRate, frameMs] of [
    ['aac', 'mp4a.40.2', 16_000, 64],
    ['opus', 'opus', 48_000, 20],
  ] as const) {
    it(`carries ${name} over MSE as the camera sends it`, async function () {
      requirePeer(this, 'ffmpeg');
      const recorded = await record(name);
      expect(recorded.codec).to.match(new RegExp(`^video/mp4; codecs="avc1\\.[0-9a-f]{6},${codec}"$`));
      const video = await probeVideo(recorded.file);
      expect([video.codec, video.sound?.codec, video.sound?.sampleRate]).to.deep.equal([
        'h264',
        name,
        sampleRate,
      ]);
      expect(video.complaints).to.equal('');
      expect([...stepsOf(video)]).to.deep.equal([frameMs]);
      const { loudestDb, complaints } = await measureSound(recorded.file);
      expect([loudestDb > LOUD_DB, complaints]).to.deep.equal([true, '']);
    });
  }

  it('turns PCM into Opus for a viewer that asks for any sound', async function () {
    requirePeer(this, 'ffmpeg');
    const { codec, file } = await record('pcmu?audio=any');
    expect(codec).to.match(/,opus"$/);
    const video = await probeVideo(file);
    expect([video.sound?.codec, ...stepsOf(video)]).to.deep.equal(['opus', 20]);
    const { loudestDb, complaints } = await measureSound(file);
    expect([loudestDb > LOUD_DB, complaints]).to.deep.equal([true, '']);
  });

  it('carries the picture alone where the sound is PCM, or is not wanted', async () => {
    expect((await record('pcmu')).codec).to.match(/^video\/mp4; codecs="avc1\.[0-9a-f]{6}"$/);
    expect((await record('aac?audio=none')).codec).to.match(/^video\/mp4; codecs="avc1\.[0-9a-f]{6}"$/);
  });

  it('is named with the picture in the playlist of playlists of HLS', async () => {
    const text = await (await fetch(`${gateway.origin}/hls/aac/main.m3u8`)).text();
    expect(text).to.match(
      /CODECS="avc1\.[0-9a-f]{6},mp4a\.40\.2",RESOLUTION=320x240(,[A-Z-]+=[\d.]+)*\nindex\.m3u8\n/,
    );
  });

  it('carries AAC in HLS, and no Opus, which Apple does not play there', async function () {
    requirePeer(this, 'ffmpeg');
    const index = (cameraId: string) => `${gateway.origin}/hls/${cameraId}/index.m3u8`;
    const video = await probeVideo(index('aac'), ['-read_intervals', '%+3']);
    expect([video.codec, video.sound?.codec]).to.deep.equal(['h264', 'aac']);
    expect([...stepsOf(video)]).to.deep.equal([64]);
    const other = await probeVideo(index('opus'), ['-read_intervals', '%+1']);
    expect([other.codec, other.sound]).to.deep.equal(['h264', undefined]);
  });

  describe('in Chromium', () => {
    let browser: Browser;
    let page: Page;

    before(async function () {
      requirePeer(this, 'chromium');
      browser = await openBrowser();
    });
    after(() => browser?.close());
    beforeEach(async () => {
      page = await openVideoPage(browser, gateway.origin);
    });
    afterEach(() => page.context().close());

    async function heard(): Promise<void> {
      await waitFor(async () => (await shown(page)).soundBytes > HEARD_BYTES, PATIENCE);
    }

    async function rises(): Promise<void> {
      const { frames } = await shown(page);
      await waitFor(async () => (await shown(page)).frames > frames + 15, PATIENCE);
    }

    for (const cameraId of ['aac', 'opus']) {
      it(`is heard with the picture over MSE (${cameraId})`, async () => {
        await play(page, 'mse', cameraId);
        await heard();
        await rises();
      });
    }

    it('is heard with the picture in HLS, played by hls.js', async () => {
      await play(page, 'hls', `${gateway.origin}/hls/aac/main.m3u8`);
      await heard();
      await rises();
      await waitFor(async () => ((await shown(page)).latency ?? 9) < 4, { message: 'low latency' });
    });

    it('goes on after the camera dropped, in the same player', async () => {
      await play(page, 'mse', 'aac');
      await heard();
      const { soundBytes } = await shown(page);
      cameras.setFault('/aac', { fault: 'drop' });
      await waitFor(async () => (await shown(page)).soundBytes > soundBytes + HEARD_BYTES, PATIENCE);
      await rises();
    });

    for (const kind of ['mse', 'hls'] as const) {
      it(`does not keep the picture waiting when none comes (${kind})`, async () => {
        await play(page, kind, kind === 'mse' ? 'mute' : `${gateway.origin}/hls/mute/index.m3u8`);
        await rises();
        await rises();
        expect((await shown(page)).soundBytes).to.be.lessThan(HEARD_BYTES);
      });
    }

    describe('on the dashboard, where WebRTC fails', () => {
      beforeEach(() => page.addInitScript('delete globalThis.RTCPeerConnection'));
      const open = (cameraId: string) => page.goto(`${gateway.origin}/#/camera/${cameraId}`);
      const isMuted = () => page.evaluate<boolean>('document.querySelector("camera-view video").muted');

      const heardBytes = () =>
        page.evaluate<number>('document.querySelector("camera-view video").webkitAudioDecodedByteCount');

      for (const cameraId of ['aac', 'pcmu']) {
        it(`can be switched on (${cameraId})`, async () => {
          await open(cameraId);
          await page.locator('camera-view[data-transport="mse"]').waitFor();
          await page.getByRole('button', { name: 'Sound on' }).click();
          await page.getByRole('button', { name: 'Sound off' }).waitFor();
          expect(await isMuted()).to.equal(false);
          await waitFor(async () => (await heardBytes()) > HEARD_BYTES, PATIENCE);
        });
      }

      it('is left out where the browser does not play it, and then there is no switch', async () => {
        await page.addInitScript(`
          const all = MediaSource.isTypeSupported;
          MediaSource.isTypeSupported = (type) => !type.includes('opus') && all(type);
        `);
        await open('opus');
        await page.locator('camera-view[data-transport="mse"]').waitFor();
        expect(await page.getByRole('button', { name: 'Sound on' }).isVisible()).to.equal(false);
      });
    });
  });
});
