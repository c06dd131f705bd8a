import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { loadConfig } from '../../gateway/config/config.ts';
import { type OpenGateway, openGateway } from '../../gateway/gateway.ts';
import { WorkerPool } from '../../gateway/supervisor/pool.ts';
import { RunRegistry } from '../../gateway/supervisor/run-registry.ts';
import { workerSpecs } from '../../gateway/worker-specs.ts';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { h264Sdp, playH264, serveRtsp } from '../hostile/rtsp-peer.ts';
import { h264Sps } from '../support/bitstream.ts';
import { freePort } from '../support/free-port.ts';
import { getJson, postJson } from '../support/http.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';

const FAULT = fileURLToPath(new URL('../fixtures/faults/hangs-at-13.ts', import.meta.url));
const LIVE_MS = 60_000;

describe('A camera that makes its worker hang', function () {
  this.timeout(120_000);
  let cameras: RtspServer;
  let gateway: OpenGateway;
  let origin: string;
  let lines: string[];

  before(async () => {
    lines = [];
    cameras = await openTestCameras(['/good']);
    const badPort = await freePort();
    await serveRtsp(badPort, { sdp: h264Sdp(), play: playH264(h264Sps(), () => 13) });
    const dataDir = temporaryFolder();
    const config = loadConfig({
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      DEMO_CAMERAS: 'off',
      ANALYSIS: 'off',
      RTSP_WORKERS: '1',
      RTSP_WORKER_PORT: String(await freePort()),
      ALLOW_LOOPBACK_CAMERAS: 'on',
      DISK_RESERVE_MB: '0',
      PATH: process.env.PATH ?? '',
    });
    const redactor = new Redactor();
    const write = (line: string): void => void lines.push(line);
    const log = createLogger({ name: 'gateway', level: 'info', redactor, write });
    const specs = workerSpecs(config).map((spec) => ({
      ...spec,
      nodeFlags: [...spec.nodeFlags, '--import', FAULT],
      timings: { ...spec.timings, livenessMs: 500, livenessRetryMs: 200, livenessTimeoutMs: 1000 },
    }));
    const registry = new RunRegistry(join(dataDir, 'run'), log);
    const pool = new WorkerPool({ specs, registry, baseEnv: config.workerEnv, redactor, log });
    gateway = await openGateway({ config, pool, redactor, log, print: () => {} });
    origin = `http://127.0.0.1:${gateway.port}`;
    await waitFor(async () => (await getJson(`${origin}/health`)).body.database.ready, {
      timeoutMs: LIVE_MS,
    });
    const add = async (id: string, port: number, path: string): Promise<void> => {
      const url = `rtsp://127.0.0.1:${port}${path}`;
      expect((await postJson(`${origin}/api/cameras`, { id, name: id, url })).status).to.equal(201);
    };
    await add('good', cameras.port, '/good');
    await add('bad', badPort, '/live');
  });
  after(async () => {
    await gateway?.close();
    await cameras?.close();
  });

  it('is put into a worker of its own after the second time, and named in health and log', async () => {
    const quarantine = async () => (await getJson(`${origin}/health`)).body.quarantine;
    await waitFor(async () => (await quarantine()).length > 0, { timeoutMs: LIVE_MS, message: 'quarantine' });
    const [camera] = await quarantine();
    expect(camera).to.include({ cameraId: 'bad', worker: 'quarantine-0', reason: 'liveness' });
    expect(
      lines.some((line) => line.includes('camera is put into quarantine') && line.includes('"bad"')),
    ).to.equal(true);
  });

  it('harms no other camera any more', async () => {
    const workerOfOthers = async () =>
      (await getJson(`${origin}/health`)).body.services.rtsp.workers.find(
        ({ name }: { name: string }) => name === 'rtsp-0',
      );
    await waitFor(async () => (await workerOfOthers()).state === 'ready', { timeoutMs: LIVE_MS });
    const { epoch } = await workerOfOthers();
    const viewer = await WsClient.open(origin);
    viewer.send({ action: 'subscribe', cameraId: 'good', fps: 5 });
    await waitFor(() => viewer.frames('good').length >= 30, {
      timeoutMs: LIVE_MS,
      message: 'six seconds of pictures',
    });
    viewer.close();
    expect((await workerOfOthers()).epoch).to.equal(epoch);
  });
});
