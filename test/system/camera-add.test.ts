import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { createRtspServer, type RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { LoopSource } from '../../workers/simulator/server/stream/loop-source.ts';
import { openBrowser } from '../support/browser.ts';
import { getJson } from '../support/http.ts';
import { collectComplaints } from '../support/page-log.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { testClip } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';
import { encodeMaterial } from '../workers/simulator/support/material.ts';

const LOGIN = { username: 'admin', password: 'p@ss:w/rd#1' };
const PATIENCE = { timeout: 60_000 };
/** Where pictures come late, the page goes on from WebRTC to MSE. */
const VIDEO = 'camera-view:is([data-transport="webrtc"], [data-transport="mse"])';
const FPS = 30;
/** One of the ports that a search tries. */
const USUAL_PORT = 10_554;

describe('Adding a camera in Chromium', function () {
  this.timeout(180_000);
  this.bail(true);
  let browser: Browser;
  let gateway: RunningProcess;
  let camera: RtspServer;
  let page: Page;
  let complaints: string[];

  async function startCamera(host: string, port = 0): Promise<RtspServer> {
    const [units, small] = [
      await testClip(),
      await encodeMaterial('h264', { width: 160, height: 128, count: 30, keyframeDistance: 15 }),
    ];
    const server = createRtspServer({
      ...{ host, port, credentials: LOGIN, manners: { server: null, realm: 'IP Camera(C1214)' } },
      streams: new Map([
        ['/Streaming/Channels/101', new LoopSource({ codec: 'h264', units, framesPerSecond: FPS })],
        ['/Streaming/Channels/102', new LoopSource({ codec: 'h264', units: small, framesPerSecond: FPS })],
      ]),
    });
    await server.listen();
    return server;
  }

  before(async function () {
    requirePeer(this, 'chromium');
    [browser, gateway, camera] = await Promise.all([
      openBrowser(),
      startGateway({ ANALYSIS: 'off', RTSP_WORKERS: '1', RATE_LIMIT_CONNECTS: '100' }),
      startCamera('127.0.0.1'),
    ]);
    const isReady = async () => (await getJson(`${gateway.origin}/readyz`)).status === 200;
    await waitFor(isReady, { timeoutMs: PATIENCE.timeout, message: 'the workers' });
  });
  after(async () => {
    await browser?.close();
    await gateway?.end();
    await camera?.close();
  });
  beforeEach(async () => {
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE.timeout);
    complaints = await collectComplaints(page);
    await page.goto(`${gateway.origin}/#/add`);
  });
  afterEach(() => page.close());

  const line = (words: string) => page.locator('.checklist li').filter({ hasText: words });
  const stored = async () => (await getJson(`${gateway.origin}/api/cameras`)).body;

  it('asks for an address, and says which line of the checklist failed', async () => {
    await page.getByRole('button', { name: 'Find stream' }).click();
    await page.getByText('Enter the address of the camera').waitFor();
    await page.getByLabel('Address').fill(`127.0.0.1:${camera.port}`);
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'Find stream' }).click();
    await line('Password accepted').getByText('Check user name and password').waitFor();
    expect(await line('RTSP answers').getAttribute('data-state')).to.equal('done');
    expect(await line('Password accepted').getAttribute('data-state')).to.equal('failed');
    expect(await page.evaluate('document.activeElement.id')).to.equal('password');
    expect(complaints).to.deep.equal([]);
  });

  it('shows what it found with pictures, and stores what is chosen', async () => {
    await page.getByLabel('Address').fill(`127.0.0.1:${camera.port}`);
    await page.getByLabel('Password', { exact: true }).fill(LOGIN.password);
    await page.getByRole('button', { name: 'Find stream' }).click();
    await page.getByRole('radio', { name: /Main stream.*320 × 240, H.264/ }).waitFor();
    const pictures = page.locator('.found-stream img');
    expect(await pictures.count()).to.equal(2);
    await waitFor(() => pictures.first().evaluate((image) => (image as unknown as Picture).naturalWidth > 0));
    expect(await page.getByLabel('Name').inputValue()).to.equal('Hikvision');
    await page.getByLabel('Name').fill('Gate');
    await page.getByRole('button', { name: 'Add camera' }).click();
    await page.getByRole('heading', { name: 'Gate', level: 1 }).waitFor();
    await page.locator(VIDEO).waitFor();
    const [{ name, rtspUrl, subUrl }] = await stored();
    expect([name, rtspUrl, subUrl]).to.deep.equal([
      'Gate',
      `rtsp://admin:***@127.0.0.1:${camera.port}/Streaming/Channels/101`,
      `rtsp://127.0.0.1:${camera.port}/Streaming/Channels/102`,
    ]);
    expect(complaints).to.deep.equal([]);
  });

  it('takes a pasted URL apart, on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page
      .getByLabel('Address')
      .fill(`rtsp://admin:${LOGIN.password}@127.0.0.1:${camera.port}/Streaming/Channels/102`);
    await page.getByRole('button', { name: 'Find stream' }).click();
    await page.getByRole('radio', { name: /Sub stream.*160 × 128/ }).check();
    await page.getByLabel('Name').fill('Small gate');
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await page.getByRole('button', { name: 'Add camera' }).click();
    await page.getByRole('heading', { name: 'Small gate', level: 1 }).waitFor();
    await page.locator(VIDEO).waitFor();
    const small = (await stored()).find(({ name }: { name: string }) => name === 'Small gate');
    expect(small).to.include({ subUrl: null });
    expect(small.rtspUrl).to.match(/\/102$/);
  });

  it('adds cameras of the network together', async function () {
    const address = ownAddress();
    if (address === undefined) return this.skip();
    const [found, device] = [await startCamera(address, USUAL_PORT), await announce(address)];
    try {
      await page.getByRole('button', { name: 'Search my network' }).click();
      await page.getByLabel(/Front door/).check();
      await page.getByLabel('Password of these cameras').fill(LOGIN.password);
      await page.getByRole('button', { name: 'Add 1 camera' }).click();
      await page.locator('.found-cameras').getByRole('link', { name: 'Open' }).click();
      await page.getByRole('heading', { name: 'Front door', level: 1 }).waitFor();
      await page.locator(VIDEO).waitFor();
    } finally {
      device.close();
      await found.close();
    }
  });
});

interface Picture {
  naturalWidth: number;
}

/** An address of this machine beside the loopback. */
function ownAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}

/** A device that answers questions to the group of WS-Discovery. */
async function announce(address: string): Promise<Socket> {
  const answer = `<s:Envelope><s:Body><d:ProbeMatches><d:ProbeMatch><d:Scopes>onvif://www.onvif.org/name/Front%20door</d:Scopes><d:XAddrs>http://${address}/onvif/device_service</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>`;
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  socket.on('message', (_question, { port, address: from }) => socket.send(answer, port, from));
  await new Promise<void>((resolve) => {
    socket.bind(3702, () => {
      socket.addMembership('239.255.255.250', address);
      resolve();
    });
  });
  return socket;
}
