import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type { RtspServer } from '../../../workers/simulator/server/rtsp-server.ts';
import { openBrowser } from '../../support/browser.ts';
import { getJson, postJson } from '../../support/http.ts';
import { collectComplaints } from '../../support/page-log.ts';
import { requirePeer } from '../../support/peers.ts';
import { rectangle } from '../../support/polygons.ts';
import { type RunningProcess, startGateway } from '../../support/processes.ts';
import { openTestCameras } from '../../support/test-clip.ts';
import { waitFor } from '../../support/wait-for.ts';
import { json, LocalMoondream } from '../moondream/harness.ts';

describe('Watches in Chromium', function () {
  this.timeout(120_000);
  let browser: Browser;
  let gateway: RunningProcess;
  let pictures: RtspServer;
  let model: LocalMoondream;
  let page: Page;
  let complaints: string[];

  before(async function () {
    requirePeer(this, 'chromium');
    model = await LocalMoondream.open();
    model.answer = (response) => json(response, 200, { answer: 'Yes, it is open.' });
    [browser, gateway, pictures] = await Promise.all([
      openBrowser(),
      startGateway({ MOONDREAM_API_URL: model.url, MOONDREAM_RATE: '100' }),
      openTestCameras(['/1']),
    ]);
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok);
    await postJson(`${gateway.origin}/api/cameras`, { id: 'gate', name: 'Gate', url: pictures.url('/1') });
    await waitFor(async () => (await getJson(`${gateway.origin}/api/cameras/gate/status`)).body.connected);
    page = await browser.newPage();
    complaints = await collectComplaints(page);
  });
  after(async () => {
    await browser?.close();
    await gateway?.end();
    await pictures?.close();
    model?.close();
  });

  const stored = async () => (await getJson(`${gateway.origin}/api/watches`)).body;

  it('are made from a question, tried once, and saved', async () => {
    await page.goto(
      `${gateway.origin}/#/watches/new?kind=ask&question=Is%20the%20gate%20open%3F&camera=gate`,
    );
    expect(await page.getByLabel('Question').inputValue()).to.equal('Is the gate open?');
    // The page asks for the cameras when it is opened.
    await waitFor(async () => (await page.getByLabel('Camera', { exact: true }).inputValue()) === 'gate');
    await page.getByRole('button', { name: 'Test once' }).click();
    await page.getByText('This answer counts').waitFor();
    expect(await stored()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Is the gate open?' }).waitFor();
    expect((await stored())[0]).to.deep.include({
      cameraId: 'gate',
      prompt: 'Is the gate open?',
      everyMs: 60_000,
    });
  });

  it('show the last answer and its readings', async () => {
    await page.getByText('“Yes, it is open.”').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'yes' }).first().waitFor();
    await page.getByText('fired 1 time').waitFor();
  });

  it('are tried once more from the list, without counting the answer', async () => {
    await page.locator('.watch-thumbnail').waitFor();
    await page.getByText(/^(?:Cooling down|Watching), /).waitFor();
    const [{ asked }] = await stored();
    await page.getByRole('button', { name: 'Test once' }).click();
    await page.getByText('This answer counts').waitFor();
    expect((await stored())[0].asked).to.equal(asked);
  });

  it('are duplicated, with a part of the picture that is drawn on it', async () => {
    await page.getByRole('link', { name: 'Duplicate' }).click();
    const picker = page.locator('area-picker');
    await picker.locator('img').evaluate('(image) => image.decode()');
    await picker.scrollIntoViewIfNeeded();
    const { x = 0, y = 0, width = 0, height = 0 } = (await picker.boundingBox()) ?? {};
    await page.mouse.move(x + width * 0.75, y + height * 0.75);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.25, y + height * 0.5);
    await page.mouse.up();
    const drawn = (await page.getByLabel('Part of the picture').inputValue()).split(', ').map(Number);
    for (const [index, share] of [25, 50, 50, 25].entries()) expect(drawn[index]).to.be.closeTo(share, 1);
    await page.getByRole('button', { name: 'Save' }).click();
    await waitFor(async () => (await stored()).length === 2);
    const copy = (await stored()).find(({ area }: { area: unknown }) => area !== null);
    expect(copy).to.deep.include({ prompt: 'Is the gate open?', area: drawn.map((share) => share / 100) });
    await fetch(`${gateway.origin}/api/watches/${copy.id}`, { method: 'DELETE' });
    await page.goto(`${gateway.origin}/#/watches`);
    await waitFor(async () => (await page.getByRole('link', { name: 'Edit' }).count()) === 1);
  });

  it('are filled with the part of the picture that was asked about', async () => {
    await page.goto(
      `${gateway.origin}/#/watches/new?kind=find&object=car&camera=gate&area=0%2C+50%2C+50%2C+50`,
    );
    await waitFor(
      async () => (await page.getByLabel('Part of the picture').inputValue()) === '0, 50, 50, 50',
    );
    expect(await page.getByLabel('Object').inputValue()).to.equal('car');
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.getByRole('heading', { name: 'Is the gate open?' }).waitFor();
  });

  it('are paused, changed and say which field is wrong', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Ask every, seconds').fill('0.1');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('#everySeconds-error').waitFor();
    await page.getByLabel('Ask every, seconds').fill('300');
    await page.getByLabel('Fire when').selectOption('atLeast');
    await page.getByLabel('Number', { exact: true }).fill('3');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('the number is at least 3').waitFor();
    expect((await stored())[0]).to.deep.include({ everyMs: 300_000, condition: { atLeast: 3 } });
  });

  it('are given a zone of their camera in place of a part of the picture', async () => {
    const zones = [{ name: 'Drive', polygon: rectangle(0, 0.5, 0.5, 0.5) }];
    const { status } = await fetch(`${gateway.origin}/api/cameras/gate`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ zones }),
    });
    expect(status).to.equal(200);
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Zone', { exact: true }).selectOption('Drive');
    await page.getByLabel('Part of the picture').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('the number is at least 3').waitFor();
    expect((await stored())[0]).to.deep.include({ zone: 'Drive', area: null });
  });

  it('are made for several cameras, one for each', async () => {
    const url = pictures.url('/1');
    await postJson(`${gateway.origin}/api/cameras`, { id: 'yard', name: 'Yard', url, enabled: false });
    await page.goto(`${gateway.origin}/#/watches/new?kind=ask&question=Is%20it%20dark%3F&camera=gate`);
    await page.getByText('Further cameras').click();
    await page.getByLabel('Yard').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await waitFor(async () => (await stored()).length === 3);
    const made = (await stored()).filter(({ prompt }: { prompt: string }) => prompt === 'Is it dark?');
    expect(made.map(({ cameraId }: { cameraId: string }) => cameraId).sort()).to.deep.equal(['gate', 'yard']);
    for (const { id } of made) await fetch(`${gateway.origin}/api/watches/${id}`, { method: 'DELETE' });
    await waitFor(async () => (await page.getByRole('link', { name: 'Edit' }).count()) === 1);
  });

  it('are deleted after a question', async () => {
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No watches yet').waitFor();
    expect(await stored()).to.deep.equal([]);
    expect(complaints.filter((complaint) => !complaint.includes('400'))).to.deep.equal([]);
  });
});
