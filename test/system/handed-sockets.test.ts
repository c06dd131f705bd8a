import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { freePort } from '../support/free-port.ts';
import { openGreyCameras } from '../support/grey-cameras.ts';
import { MseClient } from '../support/mse-client.ts';
import { isStopped, type RunningProcess, startGateway } from '../support/processes.ts';
import { RtspClient } from '../support/rtsp-reader.ts';
import { bearer, ELSEWHERE, Visitor } from '../support/visitor.ts';
import { waitFor } from '../support/wait-for.ts';

const ADMIN = 'admin-token-of-this-test';
const VIEWER = 'viewer-token-of-this-test';
const RECONNECT = { timeoutMs: 30_000 };
/** A masked text frame with `{"action":"ping"}`, the mask being 0 (RFC 6455 section 5.2). */
const PING = Buffer.concat([Buffer.from([0x81, 0x91, 0, 0, 0, 0]), Buffer.from('{"action":"ping"}')]);

describe('A connection that is handed to the worker of its camera', function () {
  this.timeout(90_000);
  let cameras: RtspServer;
  let gateway: RunningProcess;
  let visitor: Visitor;
  let rtspPort: number;

  before(async () => {
    cameras = await openGreyCameras({ '/dark': 60 });
    rtspPort = await freePort();
    gateway = await startGateway({
      API_TOKEN: ADMIN,
      VIEWER_TOKEN: VIEWER,
      RTSP_WORKERS: '1',
      RTSP_PORT: String(rtspPort),
    });
    visitor = new Visitor(gateway.origin);
    await isReady();
    await visitor.post(
      '/api/cameras/connect',
      { cameraId: 'dark', url: cameras.url('/dark') },
      bearer(ADMIN),
    );
  });
  after(async () => {
    await gateway.end();
    await cameras.close();
  });

  const isReady = () => waitFor(async () => (await visitor.get('/readyz')).status === 200, RECONNECT);

  const openSockets = async (): Promise<number> => {
    const { body } = await visitor.get('/metrics', bearer(ADMIN));
    return Number(/^gateway_client_sockets (\d+)$/m.exec(body)?.[1]);
  };

  const watch = async (headers: Record<string, string> = bearer(VIEWER)): Promise<MseClient> => {
    const viewer = await MseClient.open(gateway.origin, 'dark', { headers });
    await waitFor(() => viewer.binaries.length > 1);
    return viewer;
  };

  /** For more than a second, which is more than what was on its way. */
  const goesOn = async (viewer: MseClient): Promise<void> => {
    const { length } = viewer.binaries;
    await waitFor(() => viewer.binaries.length > length + 20);
  };

  it('carries video while the gateway does nothing', async () => {
    const viewer = await watch();
    const reader = await RtspClient.open(rtspPort);
    await reader.play('/dark');
    process.kill(gateway.pid, 'SIGSTOP');
    try {
      await waitFor(() => isStopped(gateway.pid));
      const { packets } = reader;
      await goesOn(viewer);
      await waitFor(() => reader.packets > packets + 20);
    } finally {
      process.kill(gateway.pid, 'SIGCONT');
    }
    viewer.close();
    reader.close();
  });

  it('loses nothing of what clients say, however soon', async () => {
    const viewers = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const viewer = new MseClient(gateway.origin, 'dark', { headers: bearer(VIEWER) });
        viewer.socket.once('open', () => viewer.socket.send('{"action":"ping"}'));
        await once(viewer.socket, 'open');
        return viewer;
      }),
    );
    for (const viewer of viewers) await waitFor(() => viewer.ofType('pong').length === 1);
    for (const viewer of viewers) viewer.close();
  });

  it('begins with what the client sent behind its handshake', async () => {
    const socket = connect(gateway.port, '127.0.0.1');
    const lines = [
      'GET /ws/mse/dark HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      `Authorization: Bearer ${VIEWER}`,
      '',
      '',
    ];
    socket.write(Buffer.concat([Buffer.from(lines.join('\r\n')), PING]));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    await waitFor(() => received.includes('{"type":"pong"}'));
    expect(received).to.match(/^HTTP\/1\.1 101 /);
    socket.destroy();
  });

  it('is counted until its client leaves', async () => {
    await waitFor(async () => (await openSockets()) === 0);
    const viewers = [await watch(), await watch()];
    expect(await openSockets()).to.equal(2);
    viewers[0]?.close();
    await waitFor(async () => (await openSockets()) === 1);
    viewers[1]?.socket.close();
    await waitFor(async () => (await openSockets()) === 0);
  });

  it('S3: ends with the session that opened it, and only that', async () => {
    const [mine, other] = [await visitor.signIn(VIEWER), await visitor.signIn(VIEWER)];
    const [viewer, another] = [await watch(mine), await watch(other)];
    expect((await visitor.post('/api/auth/logout', {}, mine)).status).to.equal(200);
    await waitFor(() => viewer.closeCode !== undefined);
    await goesOn(another);
    another.close();
    await waitFor(async () => (await openSockets()) === 0);
  });

  it('is refused by the worker as by the gateway', async () => {
    expect(await visitor.upgradeStatus('/ws/webrtc/dark_0', { ...ELSEWHERE, ...bearer(VIEWER) })).to.equal(
      404,
    );
    await waitFor(async () => (await openSockets()) === 0);
  });

  it('ends with the worker, and the next one is served by the new worker', async () => {
    const viewer = await watch();
    const reader = await RtspClient.open(rtspPort);
    await reader.play('/dark');
    const workerPid = async () =>
      (await visitor.get('/health', bearer(ADMIN))).body.services.rtsp.workers[0].pid;
    const pid = await workerPid();
    process.kill(pid, 'SIGKILL');
    await waitFor(() => viewer.closeCode !== undefined && reader.isClosed);
    await waitFor(async () => (await openSockets()) === 0);
    // The gateway may hear of its end later than its clients.
    await waitFor(async () => (await workerPid()) !== pid);
    await isReady();
    (await watch()).close();
  });

  it('ends when the gateway stops', async () => {
    const viewer = await watch();
    const stopped = gateway.end();
    await waitFor(() => viewer.closeCode !== undefined);
    expect(await stopped).to.equal(0);
  });
});
