import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { Redactor } from '#shared/redact.ts';
import { frameSocketRoutes } from '../../../gateway/sockets/routes.ts';
import { ClientSockets } from '../../../gateway/sockets/upgrade.ts';
import { FeedDouble, textFrame } from '../../doubles/feed-double.ts';
import { tableOf } from '../../support/mounted.ts';
import { listening, portOf, silentLog, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';
import { WsClient } from '../../support/ws-client.ts';

describe('ClientSockets', () => {
  let feed: FeedDouble;
  let sockets: ClientSockets;
  let server: Server;
  let port: number;
  let origin: string;

  beforeEach(async () => {
    feed = new FeedDouble();
    sockets = new ClientSockets({
      feed,
      routes: tableOf(frameSocketRoutes()),
      limits: { sockets: 3, socketsPerClient: 2, subscriptions: 8 },
      redactor: new Redactor(),
      log: silentLog,
    });
    server = createServer((_request, response) => response.end());
    sockets.listen(server);
    await listening(server);
    port = portOf(server);
    origin = `http://127.0.0.1:${port}`;
  });

  afterEach(async () => {
    await sockets.close();
    stop(server);
  });

  /** Sends an upgrade by hand. @returns everything the server answers until it closes */
  async function upgrade(path: string): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    socket.write(handshake(path));
    await once(socket, 'close');
    return answer;
  }

  function handshake(path: string): string {
    const headers = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    return [`GET ${path} HTTP/1.1`, ...headers, 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', '', ''].join(
      '\r\n',
    );
  }

  it('serves frames at /ws, and counts its sockets and what they skip', async () => {
    const client = await WsClient.open(origin);
    expect(sockets.size).to.equal(1);
    client.send({ action: 'subscribe', cameraId: '1' });
    await waitFor(() => feed.requests.length === 1);
    feed.publish('1', textFrame('1', 1));
    await waitFor(() => client.frames('1').length === 1);
    client.socket.pause();
    await waitFor(() => {
      feed.publish('1', textFrame('1', 2, 1024 * 1024));
      return sockets.drops > 0;
    });
    client.close();
    await waitFor(() => sockets.size === 0);
  });

  it('F48: answers any other path with 404 and closes the connection', async () => {
    for (const path of ['/', '/ws/', '/ws/webrtc/1_0', '/internal/link', '//ws', '/nope?x=/ws']) {
      const answer = await upgrade(path);
      expect(answer, path).to.match(/^HTTP\/1\.1 404 Not Found\r\n/);
      expect(JSON.parse(answer.split('\r\n\r\n')[1] as string)).to.include({
        code: 'not-found',
        status: 404,
      });
    }
    expect(sockets.size).to.equal(0);
  });

  it('answers a broken handshake and closes the connection', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).to.match(/^HTTP\/1\.1 400 /);
    if (!socket.closed) await once(socket, 'close');
  });

  it('takes a limited number of sockets, and another one when one has gone', async () => {
    const clients = await Promise.all([1, 2, 3].map(() => WsClient.open(origin)));
    const answer = await upgrade('/ws');
    expect(answer).to.match(/^HTTP\/1\.1 429 /);
    expect(answer).to.match(/^Retry-After: \d+\r$/m);
    clients[0]?.close();
    await waitFor(() => sockets.size === 2);
    (await WsClient.open(origin)).close();
    for (const client of clients) client.close();
  });

  it('closes with 1001 and refuses later clients', async () => {
    const client = await WsClient.open(origin);
    await sockets.close();
    await waitFor(() => client.closeCode !== undefined);
    expect(client.closeCode).to.equal(1001);
    expect(await upgrade('/ws')).to.match(/^HTTP\/1\.1 503 /);
  });

  it('does not wait for clients that ignore the farewell', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(handshake('/ws'));
    await once(socket, 'data');
    await sockets.close();
    expect(sockets.size).to.equal(0);
    if (!socket.closed) await once(socket.resume(), 'close');
  });

  it('survives clients that break off in the middle of a handshake or a message', async () => {
    const broken: Socket[] = [];
    for (const bytes of [handshake('/ws'), handshake('/nope'), handshake('/ws').slice(0, 60)]) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(bytes);
      socket.resetAndDestroy();
      broken.push(socket);
    }
    const client = await WsClient.open(origin);
    client.send({ action: 'ping' });
    await waitFor(() => client.messages.length === 1);
    client.close();
    await waitFor(() => sockets.size === 0 && broken.every(({ closed }) => closed));
  });

  it('F50: has one listener on its server, however many sockets come and go', async () => {
    for (let round = 0; round < 5; round += 1) {
      const clients = await Promise.all([1, 2, 3].map(() => WsClient.open(origin)));
      for (const client of clients) client.close();
      await waitFor(() => sockets.size === 0);
    }
    expect(server.listenerCount('upgrade')).to.equal(1);
  });
});
