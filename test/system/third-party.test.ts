import { expect } from 'chai';
import { decodeJpeg } from '../support/decode-jpeg.ts';
import { getJson, postJson } from '../support/http.ts';
import { type GstServer, grabRgb, requirePeer, startGstServer } from '../support/peers.ts';
import { type RunningProcess, startWorker } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';

const WIDTH = 640;
const HEIGHT = 360;
const BARS = 7;
/** A line through the upper, even part of the bars. */
const LINE = 120;
const TOLERANCE = 3;

describe('An RTSP worker against a third-party RTSP server', function () {
  this.timeout(60_000);
  let open: GstServer;
  let guarded: GstServer;
  let worker: RunningProcess;
  let api: string;

  before(async function () {
    requirePeer(this, 'gst-rtsp-server');
    requirePeer(this, 'ffmpeg');
    open = await startGstServer();
    guarded = await startGstServer({ digest: true });
    worker = await startWorker();
    api = `${worker.origin}/api/cameras`;
  });

  after(async () => {
    await worker?.end();
    open?.close();
    guarded?.close();
  });

  for (const [path, codec] of [
    ['/h264', 'h264'],
    ['/h265', 'hevc'],
    ['/mjpeg', 'mjpeg'],
    ['/bframes', 'h264'],
  ] as const) {
    for (const transport of ['tcp', 'udp'] as const) {
      it(`plays ${path} over ${transport}`, async () => {
        const cameraId = `${codec}-${transport}${path === '/bframes' ? '-b' : ''}`;
        const answer = await postJson(`${api}/connect`, { cameraId, url: open.url(path), transport });
        expect(answer.body).to.include({ success: true });
        const client = await WsClient.open(worker.origin);
        client.send({ action: 'subscribe', cameraId, fps: 15 });
        await waitFor(() => client.frames().length > 15);
        client.close();
        expect(decodeJpeg(Buffer.from(client.frames().at(-1).data, 'base64'))).to.include({
          width: WIDTH,
          height: HEIGHT,
        });
        const { body } = await getJson(`${api}/${cameraId}/status`);
        expect(body).to.include({ codec, transport, connected: true });
        await postJson(`${api}/disconnect`, { cameraId });
      });
    }
  }

  it('decodes of an MJPEG camera only what its viewers get', async () => {
    const cameraId = 'seldom';
    await postJson(`${api}/connect`, { cameraId, url: open.url('/mjpeg') });
    const client = await WsClient.open(worker.origin);
    client.send({ action: 'subscribe', cameraId, fps: 3 });
    await waitFor(() => client.frames().length >= 5);
    client.close();
    const text = await (await fetch(`${worker.origin}/metrics`)).text();
    const count = (name: string): number =>
      Number(new RegExp(`^${name}{.*"${cameraId}".*} (\\d+)$`, 'm').exec(text)?.[1]);
    await postJson(`${api}/disconnect`, { cameraId });
    const decoded = count('camera_decoded_frames_total');
    // Until the worker knows that the viewer has left, it goes on.
    expect(decoded).to.be.at.least(5);
    expect(count('camera_packets_total')).to.be.greaterThan(2 * decoded);
  });

  it('proves itself by digest, with credentials as fields', async () => {
    const answer = await postJson(`${api}/connect`, {
      cameraId: 'digest',
      ip: '127.0.0.1',
      port: guarded.port,
      username: 'viewer',
      password: 'p@ss:w/rd#1',
      streamPath: '/h264',
    });
    expect(answer.body).to.include({ success: true });
  });

  it('tells wrong credentials and wrong paths', async () => {
    const wrong = {
      cameraId: 'wrong',
      ip: '127.0.0.1',
      port: guarded.port,
      username: 'viewer',
      password: 'no',
    };
    expect((await postJson(`${api}/connect`, { ...wrong, streamPath: '/h264' })).body.code).to.equal(
      'camera-unauthorized',
    );
    const lost = await postJson(`${api}/connect`, { cameraId: 'lost', url: open.url('/nowhere') });
    expect(lost.body.code).to.equal('camera-path-not-found');
  });

  for (const kind of ['601-limited', '601-full', '709-limited', '709-full']) {
    it(`gives SMPTE bars (${kind}) the colours that ffmpeg gives them, within ${TOLERANCE} levels`, async () => {
      const url = open.url(`/bars-${kind}`);
      await postJson(`${api}/connect`, { cameraId: kind, url });
      const response = await fetch(`${api}/${kind}/frame?quality=95`);
      const ours = decodeJpeg(Buffer.from(await response.arrayBuffer()));
      const theirs = grabRgb(url);
      for (let bar = 0; bar < BARS; bar += 1) {
        const x = Math.round(((bar + 0.5) * WIDTH) / BARS);
        const at = (LINE * WIDTH + x) * 3;
        const expected = [...theirs.subarray(at, at + 3)];
        for (const [channel, level] of ours.at(x, LINE).entries()) {
          expect(level, `bar ${bar}, channel ${channel}`).to.be.closeTo(
            expected[channel] as number,
            TOLERANCE,
          );
        }
      }
    });
  }
});
