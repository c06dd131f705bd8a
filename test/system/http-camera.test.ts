import { expect } from 'chai';
import { browserOffer } from '../doubles/peer-double.ts';
import { clipOf } from '../field/support/clips.ts';
import { HttpCamera } from '../field/support/http-camera.ts';
import { HTTP_QUIRKS, jpegAt } from '../field/support/http-quirks.ts';
import { decodeJpeg } from '../support/decode-jpeg.ts';
import { getJson, postJson } from '../support/http.ts';
import { MseClient } from '../support/mse-client.ts';
import { type RunningProcess, startWorker } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

describe('A camera over HTTP, in a worker', function () {
  this.timeout(60_000);
  let camera: HttpCamera;
  let worker: RunningProcess;
  let api: string;

  before(async () => {
    const { script } = HTTP_QUIRKS[0] as (typeof HTTP_QUIRKS)[number];
    jpegAt(0);
    camera = await new HttpCamera(script).open();
    worker = await startWorker();
    api = `${worker.origin}/api/cameras`;
    const url = `http://127.0.0.1:${camera.port}/video`;
    expect((await postJson(`${api}/connect`, { cameraId: 'web', url })).status).to.equal(200);
  });
  after(async () => {
    await worker?.end();
    camera?.close();
  });

  const frame = async (query = ''): Promise<Buffer> => {
    const response = await fetch(`${api}/web/frame${query}`);
    expect(response.status).to.equal(200);
    return Buffer.from(await response.arrayBuffer());
  };

  it('is live, and gives its own bytes where no other size is asked for', async () => {
    const { body } = await getJson(`${api}/web/status`);
    expect(body).to.include({ connected: true, state: 'live', codec: 'mjpeg', width: 160, transport: null });
    const sent = new Set(clipOf('mjpeg').units.map(([jpeg]) => (jpeg as Buffer).toString('latin1')));
    expect(sent.has((await frame()).toString('latin1'))).to.equal(true);
    expect(sent.has((await frame('?width=640')).toString('latin1'))).to.equal(true);
    const text = await (await fetch(`${worker.origin}/metrics`)).text();
    expect(text).to.match(/camera_encoded_frames_total\{[^}]*\} 0\n/);
  });

  it('is made smaller where that is asked for', async () => {
    expect(decodeJpeg(await frame('?width=80')).width).to.equal(80);
  });

  it('sends clients of WebRTC and MSE to the next transport with a clear code', async () => {
    const whep = await fetch(`${worker.origin}/whep/web`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp' },
      body: browserOffer({ codecs: ['H264'] }),
    });
    expect([whep.status, ((await whep.json()) as { code: string }).code]).to.deep.equal([
      406,
      'webrtc-unsupported-codec',
    ]);
    const mse = await MseClient.open(worker.origin, 'web');
    await waitFor(() => mse.texts.length > 0, { message: 'the answer of MSE' });
    expect(mse.texts[0]).to.include({ type: 'error', code: 'mse-unsupported-codec' });
    mse.close();
    const hls = await getJson(`${worker.origin}/hls/web/index.m3u8`);
    expect([hls.status, hls.body.code]).to.deep.equal([406, 'hls-unsupported-codec']);
  });
});
