import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type { CameraStatus } from '#shared/contract/status.ts';
import { AppError } from '#shared/errors.ts';
import { sourceId } from '#shared/source-id.ts';
import { absentStatus } from '../../../gateway/cameras/absent-status.ts';
import { axeFaultsOf } from '../../support/axe.ts';
import { openBrowser } from '../../support/browser.ts';
import { postJson } from '../../support/http.ts';
import { requirePeer } from '../../support/peers.ts';
import { TestGateway } from '../../support/test-gateway.ts';

const PATIENCE_MS = 60_000;
const SLOWED: CameraStatus['slowed'] = {
  reason: 'memory',
  detail: 'No memory for another decoder',
  since: 1_700_000_000,
};

describe('The dashboard beside a camera that is slowed', function () {
  this.timeout(120_000);
  let browser: Browser;
  let gateway: TestGateway;
  let page: Page;
  let slowed: CameraStatus['slowed'] = SLOWED;

  before(async function () {
    requirePeer(this, 'chromium');
    [browser, gateway] = await Promise.all([openBrowser(), TestGateway.open()]);
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    for (const worker of gateway.workers) {
      worker.answers.set('GET /internal/cameras', (_request, response) => {
        const cameras = [...worker.cameras.values()].map(({ cameraId, source }) => ({
          cameraId,
          sourceId: sourceId(source),
          status: statusOf(cameraId),
        }));
        response.end(JSON.stringify(cameras));
      });
    }
    await postJson(`${gateway.origin}/api/cameras`, { id: 'yard', name: 'Yard', url: 'rtsp://10.0.0.9/1' });
  });
  after(async () => {
    await browser?.close();
    await gateway?.close();
  });

  /** That of a live camera. */
  function statusOf(cameraId: string): CameraStatus {
    const {
      reason: _reason,
      detail: _detail,
      ...status
    } = absentStatus(cameraId, new AppError('no-frame-yet', ''));
    return { ...status, connected: true, state: 'live', slowed };
  }
  function tell(now: CameraStatus['slowed']): void {
    slowed = now;
    const ofWorker = now === undefined ? {} : { slowed: [{ cameraId: 'yard', ...now }] };
    gateway.pool.tell('rtsp-0', { ...ofWorker });
  }

  it('says so on its tile and its page, until it is over', async () => {
    await page.goto(`${gateway.origin}/#/`);
    const tile = page.locator('.tile[data-id="yard"]');
    await tile.getByText('Short of memory').waitFor();
    expect(await axeFaultsOf(page)).to.deep.equal([]);
    await page.goto(`${gateway.origin}/#/camera/yard`);
    await page.locator('.page-title').getByText('Short of memory').waitFor();
    await page.getByText('Details', { exact: true }).click();
    await page.getByText(/No memory for another decoder, since .+ more memory/).waitFor();
    tell(undefined);
    await page.locator('.page-title').getByText('Short of memory').waitFor({ state: 'detached' });
    await page.goto(`${gateway.origin}/#/`);
    tell({ ...SLOWED, reason: 'processor' });
    await tile.getByText('Processor busy').waitFor();
  });

  it('counts it at its worker on the page of health', async () => {
    tell(SLOWED);
    await page.goto(`${gateway.origin}/#/settings/health`);
    await page
      .getByRole('row', { name: /rtsp-0/ })
      .getByText('1 camera: short of memory')
      .waitFor();
  });
});
