import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { expect } from 'chai';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { isWholeJpeg } from '../support/decode-jpeg.ts';
import { getJson, postJson } from '../support/http.ts';
import {
  childrenOf,
  isRunning,
  isStopped,
  type RunningProcess,
  signalIfRunning,
  startGateway,
} from '../support/processes.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';

const PASSWORD = 'S3cr3tC4nary';

/** A worker as `/health` shows it. */
interface WorkerView {
  name: string;
  state: string;
  pid: number;
  restarts: number;
}

async function workersOf(gateway: RunningProcess): Promise<WorkerView[]> {
  return (await getJson(`${gateway.origin}/health`)).body.services.rtsp.workers;
}

const isReady = async (gateway: RunningProcess) => (await getJson(`${gateway.origin}/readyz`)).status === 200;

const TOKEN = 'token-of-the-gateway-tests';

describe('The gateway on its first start', function () {
  this.timeout(120_000);
  let gateway: RunningProcess;

  before(async () => {
    gateway = await startGateway({ DEMO_CAMERAS: 'on' });
  });
  after(() => gateway.end());

  it('brings up four named cameras with live pictures', async () => {
    const cameras = await waitFor(async () => {
      const { body } = await getJson(`${gateway.origin}/api/cameras`);
      return body.length === 4 ? body : undefined;
    });
    expect(cameras.map(({ id, name }: { id: string; name: string }) => `${id} ${name}`)).to.deep.equal([
      '1 Front Door Camera',
      '2 Back Yard Camera',
      '3 Garage Camera',
      '4 Side Entrance Camera',
    ]);
    for (const { id } of cameras) {
      const jpeg = await waitFor(async () => {
        const response = await fetch(`${gateway.origin}/api/cameras/${id}/frame`);
        return response.ok ? Buffer.from(await response.arrayBuffer()) : undefined;
      });
      expect(isWholeJpeg(jpeg)).to.equal(true);
    }
  });

  it('finds a person in the demo, and tells of it as an event', async () => {
    const event = await waitFor(
      async () => {
        const { body } = await getJson(`${gateway.origin}/api/events?kind=person`);
        return body.events[0];
      },
      { timeoutMs: 90_000 },
    );
    expect(event.cameraId).to.be.oneOf(['1', '4']);
  });

  it("changes a demo camera's analysis", async () => {
    const response = await fetch(`${gateway.origin}/api/cameras/2`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ analysis: { motion: true } }),
    });
    expect(response.status).to.equal(200);
    expect(await response.json()).to.deep.include({ origin: 'demo', id: '2' });
  });

  it('ends the demo when a camera is added', async () => {
    const cameras = await openTestCameras(['/1']);
    try {
      await postJson(`${gateway.origin}/api/cameras/connect`, {
        cameraId: 'mine',
        url: cameras.url('/1'),
        name: 'Mine',
      });
      const { body } = await getJson(`${gateway.origin}/api/cameras`);
      expect(body.map(({ id, name }: { id: string; name: string }) => `${id} ${name}`)).to.deep.equal([
        'mine Mine',
      ]);
      await waitFor(
        async () => !(await getJson(`${gateway.origin}/health`)).body.services.simulator?.running,
      );
      expect((await getJson(`${gateway.origin}/health`)).body.status).to.equal('ok');
    } finally {
      await cameras.close();
    }
  });

  it('shows the demo again when it is asked for, after the last camera is gone', async () => {
    const refused = await postJson(`${gateway.origin}/api/demo`, {});
    expect(refused.body).to.include({ status: 409, code: 'camera-exists' });
    await fetch(`${gateway.origin}/api/cameras/mine`, { method: 'DELETE' });
    expect((await postJson(`${gateway.origin}/api/demo`, {})).status).to.equal(202);
    await waitFor(async () => (await fetch(`${gateway.origin}/api/cameras/1/frame`)).ok);
  });
});

describe('The gateway', () => {
  let cameras: RtspServer;
  let guarded: RtspServer;
  let gateway: RunningProcess;
  let api: string;

  before(async () => {
    cameras = await openTestCameras(['/1', '/2', '/3', '/4']);
    guarded = await openTestCameras(['/1'], { credentials: { username: 'viewer', password: PASSWORD } });
    gateway = await startGateway({ API_TOKEN: TOKEN });
    api = `${gateway.origin}/api/cameras`;
  });
  after(async () => {
    await gateway.end();
    await cameras.close();
    await guarded.close();
  });

  const connect = (cameraId: string, path = '/1') =>
    postJson(`${api}/connect`, { cameraId, url: cameras.url(path) });

  it('F48: serves a WebSocket that is the very first request, and answers while workers start', async () => {
    const fresh = await startGateway();
    try {
      const client = await WsClient.open(fresh.origin);
      client.send({ action: 'ping' });
      await waitFor(() => client.messages.some(({ type }) => type === 'pong'));
      client.close();
    } finally {
      await fresh.end();
    }
  });

  it('answers 503 with Retry-After while the worker of a camera is not ready', async () => {
    const fresh = await startGateway({ RTSP_WORKERS: '1' });
    try {
      await waitFor(() => isReady(fresh));
      const connect = () =>
        postJson(`${fresh.origin}/api/cameras/connect`, { cameraId: '1', url: cameras.url('/1') });
      const kill = async () => {
        for (const { pid } of await workersOf(fresh)) signalIfRunning(pid, 'SIGKILL');
      };
      await kill();
      const answer = await waitFor(async () => {
        const one = await connect();
        // The next one was there before it was asked.
        if (one.status === 200) await kill();
        return one.body.code === 'worker-not-ready' ? one : undefined;
      });
      expect(answer.status).to.equal(503);
      expect(Number(answer.headers.get('retry-after'))).to.be.greaterThan(0);
      await waitFor(() => isReady(fresh));
      expect(
        (await postJson(`${fresh.origin}/api/cameras/connect`, { cameraId: '1', url: cameras.url('/1') }))
          .status,
      ).to.equal(200);
    } finally {
      await fresh.end();
    }
  });

  describe('once its workers are ready', () => {
    before(() => waitFor(() => isReady(gateway), { timeoutMs: 20_000 }));

    it('connects cameras on several workers and passes their pictures on', async () => {
      for (const [index, path] of ['/1', '/2', '/3', '/4'].entries()) {
        expect((await connect(`c${index}`, path)).body).to.include({ success: true, cameraId: `c${index}` });
        const response = await fetch(`${api}/c${index}/frame`);
        expect(isWholeJpeg(Buffer.from(await response.arrayBuffer()))).to.equal(true);
        expect(response.headers.get('x-frame-sequence')).to.not.equal(null);
      }
      const { body } = await getJson(`${api}/c0/status`);
      expect(body).to.include({ cameraId: 'c0', connected: true, state: 'live' });
    });

    it('carries cameras of several workers on one socket', async () => {
      const client = await WsClient.open(gateway.origin);
      for (const id of ['c0', 'c1', 'c2', 'c3'])
        client.send({ action: 'subscribe', cameraId: id, multiple: true, fps: 10 });
      await waitFor(() => ['c0', 'c1', 'c2', 'c3'].every((id) => client.frames(id).length > 3));
      client.close();
    });

    it('serves ten viewers of one kind by one subscription at the worker', async () => {
      const clients = await Promise.all(Array.from({ length: 10 }, () => WsClient.open(gateway.origin)));
      for (const client of clients) client.send({ action: 'subscribe', cameraId: 'c0', fps: 15 });
      await waitFor(() => clients.every((client) => client.frames('c0').length > 5));
      // Those of the test before may still be leaving.
      await waitFor(async () => (await getJson(`${api}/c0/status`)).body.viewers === 1);
      for (const client of clients) client.close();
      await waitFor(async () => (await getJson(`${api}/c0/status`)).body.viewers === 0);
    });

    it('tells an unknown camera and delivers when it comes', async () => {
      const client = await WsClient.open(gateway.origin);
      client.send({ action: 'subscribe', cameraId: 'soon' });
      expect(await waitFor(() => client.errors()[0])).to.include({
        code: 'camera-not-found',
        cameraId: 'soon',
      });
      await connect('soon');
      await waitFor(() => client.frames('soon').length > 2);
      client.close();
    });

    it('gives each client a WebSocket address that this client can reach', async () => {
      const plain = await getJson(`${api}/websocket-url`);
      expect(plain.body.url).to.equal(`ws://127.0.0.1:${gateway.port}/ws`);
      const proxied = await getJson(`${api}/websocket-url`, {
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Host': 'cams.example.com',
        'X-Forwarded-Prefix': '/gw',
        // A client behind a proxy is remote.
        Authorization: `Bearer ${TOKEN}`,
      });
      expect(proxied.body.url).to.equal('wss://cams.example.com/gw/ws');
    });

    it('passes the failure of a camera on with its code', async () => {
      const { status, body } = await connect('bad', '/nowhere');
      expect([status, body.code]).to.deep.equal([502, 'camera-path-not-found']);
      expect((await getJson(`${api}/bad`)).status).to.equal(404);
    });

    it('lets only the routes of a camera through to a worker', async () => {
      for (const path of [
        '/internal/cameras',
        '/api/cameras/c0/..%2f..%2finternal/cameras',
        '/api/cameras/c0/other',
      ]) {
        expect((await getJson(`${gateway.origin}${path}`)).status, path).to.equal(404);
      }
      expect((await fetch(`${api}/c0/frame`, { method: 'DELETE' })).status).to.equal(404);
    });

    it('F48: answers an upgrade to an unknown path with 404 and closes it', async () => {
      const socket = connectTcp(gateway.port, '127.0.0.1');
      socket.write(
        'GET /nope HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      );
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).to.match(/^HTTP\/1\.1 404 /);
      if (!socket.closed) await once(socket, 'close');
    });

    it('F52: answers for a worker that accepts and never answers, and passes on what it says when it is back', async () => {
      await connect('c0');
      const pids = (await workersOf(gateway)).map(({ pid }) => pid);
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      await waitFor(() => pids.every(isStopped), { message: 'the workers to stop' });
      const { status, body } = await getJson(`${api}/c0/status`);
      // The supervisor wakes what it ends, and then the worker may still answer what it was asked.
      const code = status === 200 ? 'worker-woken' : body.code;
      expect([200, 502, 503, 504]).to.include(status);
      expect(code).to.match(/^worker-/);
      await waitFor(async () => (await getJson(`${api}/c0/status`)).status === 200, { timeoutMs: 30_000 });
    });

    it('F1, F17: heals a killed worker while its clients only see a pause', async () => {
      await connect('c0');
      await connect('c1', '/2');
      const client = await WsClient.open(gateway.origin);
      for (const id of ['c0', 'c1']) client.send({ action: 'subscribe', cameraId: id, multiple: true });
      await waitFor(() => client.frames('c0').length > 3 && client.frames('c1').length > 3);
      const before = await workersOf(gateway);
      for (const { pid } of before) process.kill(pid, 'SIGKILL');
      expect((await getJson(`${gateway.origin}/health`)).status).to.equal(200);
      await waitFor(async () => {
        const { body } = await getJson(`${gateway.origin}/health`);
        // They may be back before this process looks.
        const isBack = body.services.rtsp.workers.every(
          ({ restarts }: WorkerView, index: number) => restarts > (before[index]?.restarts ?? 0),
        );
        return body.status === 'degraded' || isBack;
      });
      const counts = [client.frames('c0').length, client.frames('c1').length] as const;
      await waitFor(
        () => client.frames('c0').length > counts[0] + 3 && client.frames('c1').length > counts[1] + 3,
      );
      expect(client.closeCode).to.equal(undefined);
      const after = await workersOf(gateway);
      expect(after.map(({ restarts }, index) => restarts - (before[index]?.restarts ?? 0))).to.deep.equal([
        1, 1,
      ]);
      client.close();
    });

    it('F43: gives a client that does not read the newest frames only, and no other client fewer', async () => {
      await connect('c0');
      const slow = await WsClient.open(gateway.origin);
      const fast = await WsClient.open(gateway.origin);
      (slow.socket as unknown as { _socket: { pause(): void } })._socket.pause();
      for (let id = 0; id < 8; id += 1)
        slow.send({ action: 'subscribe', cameraId: 'c0', fps: 15 + id, multiple: true });
      fast.send({ action: 'subscribe', cameraId: 'c0', fps: 15 });
      await waitFor(() => fast.frames('c0').length > 45);
      slow.close();
      fast.close();
    });

    it('shows one exposition of gateway and workers', async () => {
      const text = await (await fetch(`${gateway.origin}/metrics`)).text();
      expect(text).to.match(/^gateway_client_sockets \d+$/m);
      expect(text).to.match(/^camera_packets_total\{worker="rtsp-\d",camera="c0"\} \d+$/m);
      expect(text.match(/^# TYPE camera_packets_total /gm)).to.have.length(1);
    });

    it('forgets a camera on disconnect', async () => {
      await connect('gone');
      expect((await postJson(`${api}/disconnect`, { cameraId: 'gone' })).status).to.equal(200);
      expect((await getJson(`${api}/gone`)).status).to.equal(404);
      expect((await getJson(`${api}/gone/frame`)).status).to.equal(404);
    });

    it('keeps passwords from logs, command lines and answers', async () => {
      const body = {
        cameraId: 'guarded',
        ip: '127.0.0.1',
        port: guarded.port,
        username: 'viewer',
        password: PASSWORD,
      };
      expect((await postJson(`${api}/connect`, { ...body, streamPath: '/1' })).status).to.equal(200);
      await postJson(`${api}/connect`, {
        ...body,
        cameraId: 'wrong',
        password: `${PASSWORD}!`,
        streamPath: '/1',
      });
      const shown = JSON.stringify((await getJson(api)).body);
      expect(shown).to.include('viewer:***@');
      expect(shown + gateway.output()).not.to.include(PASSWORD);
    });
  });
});

describe('The end of a gateway', () => {
  it('F20: closes sockets with 1001, stops its workers and exits with 0 on SIGTERM', async () => {
    const gateway = await startGateway();
    await waitFor(() => isReady(gateway), { timeoutMs: 20_000 });
    const children = childrenOf(gateway.pid);
    const client = await WsClient.open(gateway.origin);
    expect(await gateway.end('SIGTERM')).to.equal(0);
    await waitFor(() => client.closeCode !== undefined);
    expect(client.closeCode).to.equal(1001);
    expect(children.filter(isRunning)).to.deep.equal([]);
  });

  it('F18: leaves no worker behind when it is killed', async () => {
    const gateway = await startGateway();
    await waitFor(() => isReady(gateway), { timeoutMs: 20_000 });
    const children = childrenOf(gateway.pid);
    expect(children.length).to.be.greaterThan(0);
    await gateway.end('SIGKILL');
    await waitFor(() => children.every((pid) => !isRunning(pid)));
  });

  it('F21: refuses to be the second one on a data directory, with exit code 100', async () => {
    const gateway = await startGateway();
    try {
      const second = await startGateway({ DATA_DIR: gateway.dataDir }).catch((error: Error) => error);
      expect(second).to.be.an('error');
      expect((second as Error).message).to.match(/ended with 100.*Another gateway/s);
    } finally {
      await gateway.end();
    }
  });

  it('F25: exits with 69 when its port stays taken', async () => {
    const gateway = await startGateway();
    try {
      const second = await startGateway({ PORT: String(gateway.port) }).catch((error: Error) => error);
      expect(
        (second as RunningProcess).pid === undefined || (await exitOf(second as RunningProcess)) === 69,
      ).to.equal(true);
    } finally {
      await gateway.end();
    }
  });

  for (const [variable, value] of [
    ['PORT', 'abc'],
    ['RTSP_WORKERS', '0'],
    ['DEMO_CAMERAS', 'perhaps'],
    ['LOG_LEVEL', 'loud'],
  ] as const) {
    it(`does not start with ${variable}=${value}, and says what is wrong`, async () => {
      const failure = await startGateway({ [variable]: value }).catch((error: Error) => error);
      expect((failure as Error).message).to.include(`ended with 78: ${variable} is "${value}", but must be`);
    });
  }

  async function exitOf(running: RunningProcess): Promise<number | null> {
    await waitFor(() => !isRunning(running.pid));
    return running.end();
  }
});
