import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type { RtspServer } from '../../../workers/simulator/server/rtsp-server.ts';
import { startPtzCamera } from '../../doubles/ptz-camera.ts';
import { openBrowser } from '../../support/browser.ts';
import { postJson } from '../../support/http.ts';
import { collectComplaints } from '../../support/page-log.ts';
import { requirePeer } from '../../support/peers.ts';
import { type RunningProcess, startGateway } from '../../support/processes.ts';
import { openTestCameras } from '../../support/test-clip.ts';
import { waitFor } from '../../support/wait-for.ts';

const UP = '8101060101' + '0a0301ff';
const ZOOM_IN = '8101040724ff';
const STOP = '8101060101010303ff';

describe('The controls of a camera in Chromium', function () {
  this.timeout(120_000);
  let browser: Browser;
  let gateway: RunningProcess;
  let pictures: RtspServer;
  let camera: Awaited<ReturnType<typeof startPtzCamera>>;
  let page: Page;
  let complaints: string[];

  before(async function () {
    requirePeer(this, 'chromium');
    [browser, gateway, pictures, camera] = await Promise.all([
      openBrowser(),
      startGateway(),
      openTestCameras(['/1']),
      startPtzCamera(),
    ]);
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok);
    const ptz = { kind: 'visca', port: camera.tcpPort };
    await postJson(`${gateway.origin}/api/cameras`, { id: 'yard', url: pictures.url('/1'), ptz });
    page = await browser.newPage();
    complaints = await collectComplaints(page);
    await page.goto(`${gateway.origin}/#/camera/yard`);
    await page.getByRole('button', { name: 'Up', exact: true }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await gateway?.end();
    await pictures?.close();
    camera?.close();
  });
  beforeEach(() => {
    camera.state.received.length = 0;
  });

  it('move while a button is held, and stop when it is released', async () => {
    await page.getByRole('button', { name: 'Up', exact: true }).hover();
    await page.mouse.down();
    // A move that is renewed too late on a busy machine stops, and goes on.
    const moves = () => camera.state.received.filter((message) => [UP, STOP].includes(message)).join();
    await waitFor(() => moves().includes(`${UP},${UP}`));
    await page.mouse.up();
    await waitFor(() => moves().endsWith(STOP));
  });

  it('move by keys', async () => {
    await page.getByRole('button', { name: 'Up', exact: true }).focus();
    await page.keyboard.down('+');
    await waitFor(() => camera.state.received.includes(ZOOM_IN));
    await page.keyboard.up('+');
    await waitFor(() => camera.state.received.includes(STOP));
  });

  it('go to a preset, and say what a camera refuses', async () => {
    await page.getByLabel('Preset', { exact: true }).fill('7');
    await page.getByRole('button', { name: 'Go' }).click();
    await waitFor(() => camera.state.received.includes('8101043f0207ff'));
    await page.getByLabel('Preset', { exact: true }).fill('95');
    await page.getByRole('button', { name: 'Go' }).click();
    await page.getByText('preset: must be a number').waitFor();
    expect(complaints.filter((complaint) => !complaint.includes('400'))).to.deep.equal([]);
  });

  it('fit into the page beside the picture and on a phone', async () => {
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const fields = await page.locator('ptz-acts input').all();
      for (const field of fields) expect((await field.boundingBox())?.width).to.be.above(150);
      expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(width);
    }
  });

  it('tell what the camera does by itself, and end it', async () => {
    await page.getByLabel('Object').fill('person');
    await page.getByRole('button', { name: 'Follow' }).click();
    await page.getByText('Following', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Following: ended by a command').waitFor();
    expect(complaints.filter((complaint) => !complaint.includes('400'))).to.deep.equal([]);
  });
});
