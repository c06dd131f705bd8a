import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { BROKER_CA, BROKER_CERTIFICATE, BROKER_KEY } from '../support/broker-certificates.ts';
import { freePort } from '../support/free-port.ts';
import { getJson, postJson } from '../support/http.ts';
import { MseClient } from '../support/mse-client.ts';
import { type RunningProcess, startGateway, startWorker } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { makeVideoFile } from '../support/video-file.ts';
import { waitFor } from '../support/wait-for.ts';
import { WhepViewer } from '../support/whep-viewer.ts';
import { WsClient } from '../support/ws-client.ts';

const SECRET = 'S3cr3tC4nary-of-workers';

describe('A remote worker behind TLS', function () {
  this.timeout(90_000);
  let cameras: RtspServer;
  let worker: RunningProcess;
  let gateway: RunningProcess;
  let authority: string;

  before(async () => {
    cameras = await openTestCameras(['/1']);
    const folder = temporaryFolder();
    const files = { 'ca.pem': BROKER_CA, 'certificate.pem': BROKER_CERTIFICATE, 'key.pem': BROKER_KEY };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    authority = join(folder, 'ca.pem');
    worker = await startWorker(
      {
        ...{ WORKER_HOST: '127.0.0.1', WORKER_SECRET: SECRET, DISK_RESERVE_MB: '0' },
        WORKER_TLS_CERT_FILE: join(folder, 'certificate.pem'),
        WORKER_TLS_KEY_FILE: join(folder, 'key.pem'),
      },
      await freePort(),
    );
  });

  after(async () => {
    await gateway?.end();
    await worker?.end('SIGKILL');
    await cameras?.close();
  });

  const open = (more: Record<string, string> = {}) =>
    startGateway({
      ...{ WORKER_URLS: worker.origin, WORKER_SECRET: SECRET, ANALYSIS: 'off', DISK_RESERVE_MB: '0' },
      ...more,
    });

  it('is not used by a gateway that does not know its authority, which says why', async () => {
    const stranger = await open();
    try {
      await waitFor(() => stranger.output().includes('unable to verify the first certificate'), {
        message: 'the reason in the log',
      });
      const { body } = await getJson(`${stranger.origin}/health`);
      expect(body.services.rtsp.ready).to.equal(0);
    } finally {
      await stranger.end();
    }
  });

  it('serves pictures, MJPEG, MSE, HLS and WHEP through the gateway', async () => {
    gateway = await open({ NODE_EXTRA_CA_CERTS: authority });
    const { origin } = gateway;
    await waitFor(async () => (await getJson(`${origin}/health`)).body.services.rtsp.ready === 1, {
      message: 'the worker',
    });
    const connected = await postJson(`${origin}/api/cameras/connect`, {
      cameraId: '1',
      url: cameras.url('/1'),
    });
    expect(connected.status).to.equal(200);
    expect((await fetch(`${origin}/api/cameras/1/frame`)).headers.get('content-type')).to.equal('image/jpeg');
    const frames = await WsClient.open(origin);
    frames.send({ action: 'subscribe', cameraId: '1' });
    const video = await MseClient.open(origin, '1');
    const whep = await WhepViewer.open(`${origin}/whep/1`);
    try {
      await waitFor(() => frames.frames('1').length > 2, { message: 'frames' });
      await waitFor(() => video.binaries.length > 2, { message: 'fragments' });
      await waitFor(() => whep.packets > 2, { message: 'packets' });
    } finally {
      frames.close();
      video.socket.terminate();
      whep.close();
    }
    const mjpeg = await fetch(`${origin}/api/cameras/1/stream.mjpeg`);
    expect((await mjpeg.body?.getReader().read())?.value?.length).to.be.above(1000);
    await waitFor(async () => (await fetch(`${origin}/hls/1/index.m3u8`)).status === 200, { message: 'HLS' });
  });

  it('takes an uploaded video, and plays it', async () => {
    const file = join(temporaryFolder(), 'clip.mp4');
    await makeVideoFile(file, { frames: 50 });
    const form = new FormData();
    form.append('cameraId', 'film');
    form.append('streamType', 'video');
    form.append('file', new Blob([readFileSync(file)]), 'clip.mp4');
    const { origin } = gateway;
    const stored = await fetch(`${origin}/api/camera-streams`, { method: 'POST', body: form });
    expect(stored.status).to.equal(201);
    const camera = { id: 'screen', name: 'Screen', video: 'film' };
    expect((await postJson(`${origin}/api/cameras`, camera)).status).to.equal(201);
    await waitFor(async () => (await fetch(`${origin}/api/cameras/screen/frame`)).status === 200, {
      message: 'a picture of the video',
    });
  });
});
