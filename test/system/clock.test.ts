import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway, startWorker } from '../support/processes.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';

const MOVING_CLOCK = fileURLToPath(new URL('../fixtures/moving-clock.ts', import.meta.url));
const WITH_MOVING_CLOCK = { NODE_OPTIONS: `--import=${MOVING_CLOCK}` };
const HOUR_MS = 3_600_000;

describe('When the wall clock jumps', function () {
  this.timeout(90_000);
  let cameras: RtspServer;

  before(async () => {
    cameras = await openTestCameras(['/1']);
  });
  after(() => cameras.close());

  const connect = (to: RunningProcess) =>
    postJson(`${to.origin}/api/cameras/connect`, { cameraId: '1', url: cameras.url('/1') });

  /** More frames than come while a worker is probed once. */
  const SEVERAL_SECONDS = 90;

  async function expectFrames(client: WsClient): Promise<void> {
    const before = client.frames().length;
    await waitFor(() => client.frames().length > before + SEVERAL_SECONDS, { timeoutMs: 30_000 });
  }

  it('F62: nothing of the gateway restarts, and frames go on', async () => {
    const gateway = await startGateway({ ...WITH_MOVING_CLOCK, RTSP_WORKERS: '1' });
    const health = async () => (await getJson(`${gateway.origin}/health`)).body;
    const shift = async () => (Date.parse((await health()).timestamp) - Date.now()) / HOUR_MS;
    try {
      await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, {
        timeoutMs: 30_000,
      });
      await connect(gateway);
      const client = await WsClient.open(gateway.origin);
      client.send({ action: 'subscribe', cameraId: '1', width: 160 });
      const [worker] = (await health()).services.rtsp.workers;
      for (const hours of [2, -2]) {
        process.kill(gateway.pid, 'SIGUSR2');
        await waitFor(async () => Math.abs((await shift()) - hours) < 0.1, { message: `${hours} hours` });
        await expectFrames(client);
      }
      const [after] = (await health()).services.rtsp.workers;
      expect(after).to.include({ pid: worker.pid, restarts: 0, state: 'ready' });
      expect((await health()).status).to.equal('ok');
      client.close();
    } finally {
      await gateway.end();
    }
  });

  it('F62: a worker takes no live camera for a dead one', async () => {
    const worker = await startWorker(WITH_MOVING_CLOCK);
    const status = async () => (await getJson(`${worker.origin}/api/cameras/1/status`)).body;
    try {
      await connect(worker);
      const client = await WsClient.open(worker.origin);
      client.send({ action: 'subscribe', cameraId: '1', width: 160 });
      let { lastFrameTime } = await status();
      for (const hours of [2, -2]) {
        const before: number = lastFrameTime;
        process.kill(worker.pid, 'SIGUSR2');
        ({ lastFrameTime } = await waitFor(async () => {
          const seen = await status();
          return Math.abs(seen.lastFrameTime - before) > 3600 ? seen : undefined;
        }));
        await expectFrames(client);
        const after = await status();
        expect(after.connected, `${hours} hours`).to.equal(true);
        expect(after.frameRate, `${hours} hours`).to.be.within(1, 60);
        expect((await fetch(`${worker.origin}/api/cameras/1/frame`)).status).to.equal(200);
      }
      client.close();
    } finally {
      await worker.end();
    }
  });

  it('F62: a worker takes no dead camera for a live one', async () => {
    const worker = await startWorker(WITH_MOVING_CLOCK);
    const status = async () => (await getJson(`${worker.origin}/api/cameras/1/status`)).body;
    try {
      await connect(worker);
      process.kill(worker.pid, 'SIGUSR2');
      await waitFor(async () => (await status()).lastFrameTime > Date.now() / 1000 + 3600);
      expect((await fetch(`${worker.origin}/api/cameras/1/frame`)).status).to.equal(200);
      cameras.setFault('/1', { fault: 'stall' });
      process.kill(worker.pid, 'SIGUSR2');
      await waitFor(async () => (await status()).connected === false, { message: 'the end to be noticed' });
      expect((await status()).frameRate).to.equal(0);
      await waitFor(async () => (await getJson(`${worker.origin}/api/cameras/1/frame`)).status === 503);
    } finally {
      cameras.clearFaults();
      await worker.end();
    }
  });
});
