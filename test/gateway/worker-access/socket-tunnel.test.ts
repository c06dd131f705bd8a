import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { Redactor } from '#shared/redact.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import { videoRoutes } from '../../../gateway/cameras/video-routes.ts';
import { frameSocketRoutes } from '../../../gateway/sockets/routes.ts';
import { ClientSockets } from '../../../gateway/sockets/upgrade.ts';
import { webrtcRoutes } from '../../../gateway/webrtc/routes.ts';
import type { SessionRouter } from '../../../gateway/webrtc/session-router.ts';
import type { CameraRouting } from '../../../gateway/worker-access/camera-routing.ts';
import { SocketTunnels } from '../../../gateway/worker-access/socket-tunnel.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { FeedDouble } from '../../doubles/feed-double.ts';
import { tableOf } from '../../support/mounted.ts';
import { routingTo } from '../../support/routing.ts';
import { listening, originOf, portOf, silentLog, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

/** A worker that serves sockets: it says what it was asked, and then repeats what it hears. */
async function openWorker() {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    if (request.url === '/ws/webrtc/1_404') {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.send(JSON.stringify({ url: request.url, headers: request.headers }));
      client.on('message', (data, isBinary) => client.send(data, { binary: isBinary }));
    });
  });
  await listening(server);
  const origin = originOf(server);
  return { origin, token: 'token', sockets, server };
}

const never = (): void => {};

/** Lets every client speak about every session: ownership is tested elsewhere. */
const ownerOfAll = { clientOf: () => undefined, expectOwner: () => {} } as unknown as SessionRouter;

describe('Tunnels for WebSockets that workers serve', () => {
  let worker: Awaited<ReturnType<typeof openWorker>>;
  let pool: FakePool;
  let routing: CameraRouting;
  let sockets: ClientSockets;
  let gateway: Server;
  let origin: string;

  beforeEach(async () => {
    worker = await openWorker();
    pool = new FakePool(['rtsp-0']);
    pool.bringUp('rtsp-0', worker);
    const log = silentLog;
    routing = routingTo(pool);
    const tunnels = new SocketTunnels({ routing, log });
    const options = {
      feed: new FeedDouble(),
      routes: tableOf(frameSocketRoutes(), videoRoutes(never), webrtcRoutes(ownerOfAll)),
      limits: { sockets: 2, socketsPerClient: 2, subscriptions: 8 },
      redactor: new Redactor(),
      log,
    };
    sockets = new ClientSockets({ ...options, tunnels });
    gateway = createServer();
    sockets.listen(gateway);
    await listening(gateway);
    origin = `ws://127.0.0.1:${portOf(gateway)}`;
  });

  afterEach(async () => {
    await sockets.close();
    for (const server of [gateway, worker.server]) {
      stop(server);
    }
    for (const client of worker.sockets.clients) client.terminate();
  });

  async function open(path = '/ws/webrtc/1_0', headers: Record<string, string> = {}) {
    const socket = new WebSocket(`${origin}${path}`, { headers });
    const messages: Buffer[] = [];
    socket.on('message', (data: Buffer) => messages.push(data));
    await once(socket, 'open');
    return {
      socket,
      messages,
      next: (count: number) => waitFor(() => (messages.length >= count ? messages : undefined)),
    };
  }

  /** Status of a handshake that is refused. */
  async function refusal(path: string): Promise<number | undefined> {
    const socket = new WebSocket(`${origin}${path}`);
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    socket.terminate();
    return response.statusCode;
  }

  it('lead to the worker with its token, and with nothing else of the client than the handshake', async () => {
    const client = await open('/ws/mse/1', { Cookie: 'mine', [TOKEN_HEADER]: 'guessed' });
    const { url, headers } = JSON.parse(String((await client.next(1))[0]));
    expect(url).to.equal('/ws/mse/1');
    expect(headers[TOKEN_HEADER]).to.equal('token');
    expect(headers.cookie).to.equal(undefined);
  });

  it('carry messages of any kind and size both ways', async () => {
    const client = await open();
    const large = Buffer.alloc(3_000_000, 7);
    client.socket.send('text');
    client.socket.send(large);
    const messages = await client.next(3);
    expect(String(messages[1])).to.equal('text');
    expect(messages[2]?.equals(large)).to.equal(true);
  });

  it('end with whichever side ends first', async () => {
    const first = await open();
    first.socket.terminate();
    await waitFor(() => worker.sockets.clients.size === 0);
    const second = await open();
    for (const client of worker.sockets.clients) client.close(4410, 'camera-removed');
    const [code, reason] = await once(second.socket, 'close');
    expect([code, String(reason)]).to.deep.equal([4410, 'camera-removed']);
    await waitFor(() => sockets.size === 0);
  });

  it('end when the camera moves, even if the worker before is cut off and ends nothing', async () => {
    const first = await open('/ws/mse/1');
    const closed = once(first.socket, 'close');
    routing.place('1', 'rtsp-1');
    await closed;
    routing.place('1', undefined);
    const second = await open('/ws/mse/1');
    routing.moved('1');
    await second.next(1);
    expect(second.socket.readyState).to.equal(WebSocket.OPEN);
  });

  it('end when another process runs under the name of the worker', async () => {
    const { socket } = await open('/ws/mse/1');
    const closed = once(socket, 'close');
    pool.bringUp('rtsp-0', { origin: 'http://127.0.0.1:1', token: 'token' });
    await closed;
  });

  it('are counted among the sockets of the gateway', async () => {
    await open();
    await open();
    expect(await refusal('/ws/webrtc/1_1')).to.equal(429);
  });

  it('pass on what the worker says against one', async () => {
    expect(await refusal('/ws/webrtc/1_404')).to.equal(404);
  });

  it('refuse unknown cameras and paths that are none', async () => {
    for (const path of ['/ws/mse/9', '/ws/webrtc/9_0', '/ws/webrtc/1', '/ws/mse/1/2', '/ws/mse/%2e%2e']) {
      expect(await refusal(path), path).to.equal(404);
    }
  });

  it('say when to come back while the worker is away, and have it looked after', async () => {
    pool.takeDown('rtsp-0');
    expect(await refusal('/ws/mse/1')).to.equal(503);
    const closed = createTcpServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const port = portOf(closed);
    closed.close();
    await once(closed, 'close');
    pool.bringUp('rtsp-0', { origin: `http://127.0.0.1:${port}`, token: 'token' });
    expect(await refusal('/ws/mse/1')).to.equal(503);
    expect(pool.probed).to.deep.equal(['rtsp-0']);
  });

  it('survive clients that break off in the middle of the handshake', async () => {
    const port = portOf(gateway);
    for (let index = 0; index < 10; index += 1) {
      const socket = connect(port, '127.0.0.1');
      socket.write('GET /ws/mse/1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.resetAndDestroy();
    }
    const client = await open();
    await client.next(1);
  });
});
