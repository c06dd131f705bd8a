import { expect } from 'chai';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { decodeJpeg, isWholeJpeg } from '../support/decode-jpeg.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startWorker } from '../support/processes.ts';
import { CLIP_HEIGHT, CLIP_WIDTH, openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';

const PASSWORD = 'p@ss:w/rd#1-S3cr3tC4nary';

describe('An RTSP worker that runs alone', () => {
  let cameras: RtspServer;
  let guarded: RtspServer;
  let worker: RunningProcess;
  let api: string;

  before(async () => {
    cameras = await openTestCameras(['/1', '/2', '/3']);
    guarded = await openTestCameras(['/1'], { credentials: { username: 'viewer', password: PASSWORD } });
    worker = await startWorker();
    api = `${worker.origin}/api/cameras`;
  });

  after(async () => {
    await worker.end();
    await cameras.close();
    await guarded.close();
  });

  const connect = (cameraId: string, path: string) =>
    postJson(`${api}/connect`, { cameraId, url: cameras.url(path) });

  describe('POST /api/cameras/connect', () => {
    it('answers once the first frame is there, so that the frame is available immediately', async () => {
      const answer = await connect('1', '/1');
      expect(answer.status).to.equal(200);
      expect(answer.body).to.deep.equal({
        success: true,
        cameraId: '1',
        message: 'Camera connected successfully',
      });
      expect((await fetch(`${api}/1/frame`)).status).to.equal(200);
    });

    it('takes credentials with any characters as fields', async () => {
      const body = {
        cameraId: 'g1',
        ip: '127.0.0.1',
        port: guarded.port,
        username: 'viewer',
        password: PASSWORD,
      };
      expect((await postJson(`${api}/connect`, { ...body, streamPath: '/1' })).status).to.equal(200);
    });

    it('takes them inside a URL, escaped or not', async () => {
      for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) {
        const url = `rtsp://viewer:${secret}@127.0.0.1:${guarded.port}/1`;
        expect((await postJson(`${api}/connect`, { cameraId: 'g2', url })).status).to.equal(200);
      }
    });

    it('receives over UDP when asked to', async () => {
      const answer = await postJson(`${api}/connect`, {
        cameraId: 'udp',
        url: cameras.url('/1'),
        transport: 'udp',
      });
      expect(answer.status).to.equal(200);
      await waitFor(async () => (await getJson(`${api}/udp/status`)).body.frameCount > 10);
      expect((await getJson(`${api}/udp/status`)).body.transport).to.equal('udp');
    });

    it('F32: tells wrong credentials, after one attempt, and leaves nothing behind', async () => {
      const before = guarded.stats().rejectedCredentials;
      const url = `rtsp://viewer:wrong@127.0.0.1:${guarded.port}/1`;
      const { status, body } = await postJson(`${api}/connect`, { cameraId: 'wrong', url });
      expect([status, body.code]).to.deep.equal([502, 'camera-unauthorized']);
      expect(body.hint).to.be.a('string');
      expect(guarded.stats().rejectedCredentials - before).to.equal(1);
      expect((await getJson(`${api}/wrong/status`)).status).to.equal(404);
    });

    it('F33: distinguishes a host that does not exist from a closed port', async () => {
      const unknown = await postJson(`${api}/connect`, { cameraId: 'x', url: 'rtsp://camera.invalid/1' });
      expect(unknown.body.code).to.equal('camera-unreachable');
      const refused = await postJson(`${api}/connect`, { cameraId: 'x', ip: '127.0.0.1', port: 1 });
      expect(refused.body.code).to.equal('camera-refused');
    });

    for (const [fault, code] of [
      [{ fault: 'not-found' }, 'camera-path-not-found'],
      [{ fault: 'no-video' }, 'camera-no-video-track'],
      [{ fault: 'garbage' }, 'camera-protocol-error'],
      [{ fault: 'endless-header' }, 'camera-protocol-error'],
      [{ fault: 'huge-sdp' }, 'camera-protocol-error'],
      [{ fault: 'silent' }, 'camera-timeout'],
      [{ fault: 'stall' }, 'camera-no-frames'],
      [{ fault: 'redirect', location: 'rtsp://192.0.2.1/1' }, 'camera-redirected'],
    ] as const) {
      it(`answers a camera with the fault "${fault.fault}" with ${code} within ten seconds`, async () => {
        cameras.setFault('/3', fault);
        try {
          const startedAt = performance.now();
          const { status, body } = await connect('bad', '/3');
          expect(body.code).to.equal(code);
          expect(status).to.be.within(500, 504);
          // On a busy machine the answer itself takes its time.
          expect(performance.now() - startedAt).to.be.lessThan(15_000);
        } finally {
          cameras.clearFaults('/3');
        }
      });
    }

    it('keeps the camera it has when the replacement fails', async () => {
      await connect('keep', '/1');
      await postJson(`${api}/connect`, { cameraId: 'keep', ip: '127.0.0.1', port: 1 });
      expect((await getJson(`${api}/keep/status`)).body.connected).to.equal(true);
    });

    it('names the field at fault and changes nothing', async () => {
      const { status, body, headers } = await postJson(`${api}/connect`, { cameraId: '1' });
      expect(status).to.equal(400);
      expect(body).to.include({ error: 'Missing required fields: ip', code: 'missing-field', status: 400 });
      expect(headers.get('content-type')).to.include('application/problem+json');
      expect((await postJson(`${api}/connect`, '{"cameraId":')).body.code).to.equal('invalid-json');
    });
  });

  describe('GET /api/cameras/:id/frame', () => {
    before(() => connect('1', '/1'));

    it('gives a whole JPEG with time, age and sequence', async () => {
      const response = await fetch(`${api}/1/frame`);
      const jpeg = Buffer.from(await response.arrayBuffer());
      expect(isWholeJpeg(jpeg)).to.equal(true);
      expect(decodeJpeg(jpeg)).to.include({ width: CLIP_WIDTH, height: CLIP_HEIGHT });
      expect(Number(response.headers.get('x-frame-age-ms'))).to.be.within(0, 3000);
      expect(Number(response.headers.get('x-frame-timestamp'))).to.be.closeTo(Date.now() / 1000, 5);
      expect(Number(response.headers.get('x-frame-sequence'))).to.be.greaterThan(0);
    });

    it('scales to the width asked for', async () => {
      const jpeg = Buffer.from(await (await fetch(`${api}/1/frame?width=160&quality=50`)).arrayBuffer());
      expect(decodeJpeg(jpeg)).to.include({ width: 160, height: 120 });
      const { body } = await getJson(`${api}/1/status`);
      expect([body.width, body.height], 'the size of the camera stays').to.deep.equal([
        CLIP_WIDTH,
        CLIP_HEIGHT,
      ]);
    });

    it('answers 304 to a client that has the newest picture already', async () => {
      cameras.setFault('/1', { fault: 'stall' });
      try {
        const statuses = async () => {
          const tag = (await fetch(`${api}/1/frame?maxAgeMs=any`)).headers.get('etag') ?? '';
          return (await fetch(`${api}/1/frame?maxAgeMs=any`, { headers: { 'If-None-Match': tag } })).status;
        };
        await waitFor(async () => (await statuses()) === 304);
      } finally {
        cameras.clearFaults('/1');
      }
    });

    it('passes no old frame off as live, and sends it to a client that allows it', async () => {
      await connect('old', '/2');
      cameras.setFault('/2', { fault: 'refuse' });
      cameras.setFault('/2', { fault: 'drop' });
      try {
        const stale = await waitFor(async () => {
          const answer = await getJson(`${api}/old/frame`);
          return answer.status === 503 ? answer : undefined;
        });
        expect(stale.body.code).to.equal('stale-frame');
        expect(stale.body.ageMs).to.be.greaterThan(3000);
        expect((await fetch(`${api}/old/frame?maxAgeMs=any`)).status).to.equal(200);
        // In the moment of an attempt there is no next one yet.
        const { body } = await waitFor(async () => {
          const answer = await getJson(`${api}/old/status`);
          return answer.body.nextRetryAt === undefined ? undefined : answer;
        });
        expect(body.connected).to.equal(false);
        expect(body.nextRetryAt).to.be.a('number');
      } finally {
        cameras.clearFaults('/2');
      }
    });

    it('answers 404 for a camera it does not have and 400 for a bad wish', async () => {
      expect((await getJson(`${api}/unknown/frame`)).body.code).to.equal('camera-not-found');
      const bad = await getJson(`${api}/1/frame?quality=200`);
      expect([bad.status, bad.body.field]).to.deep.equal([400, 'quality']);
    });
  });

  describe('WS /ws', () => {
    let client: WsClient;

    before(() => connect('1', '/1'));
    beforeEach(async () => {
      client = await WsClient.open(worker.origin);
    });
    afterEach(() => client.close());

    it('delivers frames as JSON with a base64 JPEG', async () => {
      client.send({ action: 'subscribe', cameraId: '1' });
      const frame = await waitFor(() => client.frames()[0]);
      expect(frame).to.include({ type: 'frame', cameraId: '1' });
      expect(isWholeJpeg(Buffer.from(frame.data, 'base64'))).to.equal(true);
      expect(frame.timestamp).to.be.closeTo(Date.now() / 1000, 5);
    });

    it('delivers binary frames with the documented header', async () => {
      client.send({ action: 'subscribe', cameraId: '1', encoding: 'binary', width: 160 });
      const message = await waitFor(() => client.messages.find((each) => Buffer.isBuffer(each)));
      const idLength = message.readUInt16BE(2);
      expect(message.readUInt8(0)).to.equal(1);
      expect(message.subarray(20, 20 + idLength).toString()).to.equal('1');
      expect([message.readUInt16BE(16), message.readUInt16BE(18)]).to.deep.equal([160, 120]);
      expect(isWholeJpeg(message.subarray(20 + idLength))).to.equal(true);
    });

    it('notifies of frames that can then be loaded by their number', async () => {
      client.send({ action: 'subscribe', cameraId: '1', encoding: 'notify', fps: 5 });
      const { url, sequence, data } = await waitFor(() => client.frames()[0]);
      expect(data).to.equal(undefined);
      const response = await fetch(`${worker.origin}${url}`);
      expect(response.headers.get('x-frame-sequence')).to.equal(String(sequence));
    });

    it('starts to deliver when a camera comes that was not there', async () => {
      client.send({ action: 'subscribe', cameraId: 'later' });
      expect(await waitFor(() => client.errors()[0])).to.include({
        code: 'camera-not-found',
        cameraId: 'later',
      });
      await connect('later', '/1');
      await waitFor(() => client.frames('later').length > 2);
    });

    it('replaces the subscription by the next one, unless several are asked for', async () => {
      await connect('2', '/2');
      client.send({ action: 'subscribe', cameraId: '1' });
      client.send({ action: 'subscribe', cameraId: '2', multiple: true });
      await waitFor(() => client.frames('1').length > 2 && client.frames('2').length > 2);
      client.send({ action: 'subscribe', cameraId: '2' });
      client.send({ action: 'ping' });
      await waitFor(() => client.messages.some(({ type }) => type === 'pong'));
      const before = client.frames('1').length;
      const count = client.frames('2').length;
      await waitFor(() => client.frames('2').length > count + 5);
      expect(client.frames('1').length - before).to.be.at.most(1);
    });

    it('F47: answers what it cannot understand and keeps the socket, up to ten times', async () => {
      const bad = [
        '{',
        '[]',
        '{"action":"dance"}',
        '{"action":"subscribe"}',
        '{"action":"subscribe","cameraId":"1","fps":0}',
      ];
      for (const text of [...bad, '{"action":"subscribe","cameraId":"1","__proto__":{"fps":99}}'])
        client.send(text);
      await waitFor(() => client.errors().length >= bad.length);
      expect(client.closeCode).to.equal(undefined);
      expect(client.errors().every(({ code, message }) => code && message)).to.equal(true);
      for (let count = 0; count < 10; count += 1) client.send('{');
      await waitFor(() => client.closeCode !== undefined);
      expect(client.closeCode).to.equal(1008);
    });

    it('F46: refuses messages over 64 KiB', async () => {
      client.send(`{"action":"ping","pad":"${'x'.repeat(64 * 1024)}"}`);
      await waitFor(() => client.closeCode !== undefined);
      expect(client.closeCode).to.equal(1009);
    });

    it('F45: closes a client that floods it', async () => {
      for (let count = 0; count < 10_000; count += 1) client.send('{"action":"ping"}');
      await waitFor(() => client.closeCode !== undefined);
      expect(client.closeCode).to.equal(1008);
    });
  });

  it('streams MJPEG and forgets the viewer when it leaves (F53)', async () => {
    await connect('1', '/1');
    const aborted = new AbortController();
    const response = await fetch(`${api}/1/stream.mjpeg?fps=10`, { signal: aborted.signal });
    expect(response.headers.get('content-type')).to.equal('multipart/x-mixed-replace; boundary=frame');
    const reader = response.body?.getReader();
    let bytes = Buffer.alloc(0);
    while (bytes.toString('latin1').split('--frame').length < 4) {
      bytes = Buffer.concat([bytes, (await reader?.read())?.value ?? Buffer.alloc(0)]);
    }
    const length = Number(/Content-Length: (\d+)/.exec(bytes.toString('latin1'))?.[1]);
    const start = bytes.indexOf('\r\n\r\n') + 4;
    expect(isWholeJpeg(bytes.subarray(start, start + length))).to.equal(true);
    aborted.abort();
    await waitFor(async () => (await getJson(`${api}/1/status`)).body.viewers === 0);
  });

  it('tells status, metrics and health, and lets pages from anywhere ask', async () => {
    await connect('1', '/1');
    await waitFor(async () => (await getJson(`${api}/1/status`)).body.frameRate > 10);
    const status = await getJson(`${api}/1/status`, { Origin: 'http://elsewhere.example' });
    expect(status.body).to.include({ cameraId: '1', connected: true, state: 'live', codec: 'h264' });
    expect(status.headers.get('access-control-allow-origin')).to.equal('*');
    const { body: health } = await getJson(`${worker.origin}/health`);
    expect(health.status).to.equal('ok');
    expect(health.activeCameras).to.be.greaterThan(0);
    const metrics = await (await fetch(`${worker.origin}/metrics`)).text();
    expect(metrics).to.match(/^camera_packets_total\{worker="rtsp",camera="1"\} \d+$/m);
    expect(metrics).to.match(/^camera_state\{worker="rtsp",camera="1",state="live"\} 1$/m);
  });

  it('takes no orders that only a gateway gives: it would play any file of this machine to strangers', async () => {
    const source = { kind: 'video', file: '/etc/hostname' };
    for (const path of ['connect', 'probe']) {
      const answer = await postJson(`${worker.origin}/internal/${path}`, { cameraId: 'file', source });
      expect(answer.status).to.equal(404);
    }
  });

  it('F30, F31: lives through corrupted video while other cameras go on', async () => {
    await connect('1', '/1');
    await connect('noisy', '/2');
    const client = await WsClient.open(worker.origin);
    cameras.setFault('/2', { fault: 'corrupt', share: 0.5 });
    client.send({ action: 'subscribe', cameraId: 'noisy' });
    client.send({ action: 'subscribe', cameraId: '1', multiple: true });
    await waitFor(() => client.frames('1').length > 40, { timeoutMs: 30_000 });
    cameras.clearFaults('/2');
    const count = client.frames('noisy').length;
    await waitFor(() => client.frames('noisy').length > count + 10);
    client.close();
  });

  it('finds a lost camera again by itself', async () => {
    await connect('lost', '/2');
    cameras.setFault('/2', { fault: 'drop' });
    await waitFor(async () => (await getJson(`${api}/lost/status`)).body.reconnects > 0);
    await waitFor(async () => (await getJson(`${api}/lost/status`)).body.state === 'live');
  });

  it('forgets a camera on disconnect, and does not mind one it never knew', async () => {
    await connect('gone', '/1');
    const answer = await postJson(`${api}/disconnect`, { cameraId: 'gone' });
    expect(answer.body).to.deep.equal({ success: true, message: 'Camera disconnected' });
    expect((await getJson(`${api}/gone/status`)).status).to.equal(404);
    expect((await postJson(`${api}/disconnect`, { cameraId: 'never' })).status).to.equal(200);
    expect((await postJson(`${api}/disconnect`, {})).body.error).to.equal('Missing cameraId');
  });

  it('never prints or shows a password', async () => {
    const shown = JSON.stringify((await getJson(api)).body);
    for (const text of [worker.output(), shown]) {
      expect(text).not.to.include('S3cr3tC4nary');
      expect(text).not.to.include(encodeURIComponent(PASSWORD));
    }
  });

  it('ends with 0 on SIGTERM and releases its cameras', async () => {
    const other = await startWorker();
    await postJson(`${other.origin}/api/cameras/connect`, { cameraId: '1', url: guardedUrl() });
    expect(await other.end('SIGTERM')).to.equal(0);
  });

  function guardedUrl(): string {
    return `rtsp://viewer:${PASSWORD}@127.0.0.1:${guarded.port}/1`;
  }
});
