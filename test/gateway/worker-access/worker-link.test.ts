import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { duplexPair } from 'node:stream';
import { expect } from 'chai';
import express from 'express';
import { WebSocket, WebSocketServer } from 'ws';
import { asSocket } from '#shared/http/socket-like.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import { call } from '../../../gateway/worker-access/client.ts';
import { cameraProxies } from '../../../gateway/worker-access/http-proxy.ts';
import { readAnswer } from '../../../gateway/worker-access/local-request.ts';
import { SocketTunnels } from '../../../gateway/worker-access/socket-tunnel.ts';
import type { WorkerAddress } from '../../../gateway/worker-access/worker-address.ts';
import { linkOf } from '../../../gateway/worker-access/worker-link.ts';
import { WorkerSocket } from '../../../gateway/worker-access/worker-socket.ts';
import { openWorkerStream } from '../../../gateway/worker-access/worker-stream.ts';
import { rejection } from '../../support/errors.ts';
import { originOf, problems, serve, silentLog, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

/** A worker without a port: it is given its connections. */
function createWorker(): { server: Server; sockets: WebSocketServer } {
  const server = createServer((req, res) => {
    if (req.url === '/silent') return;
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ url: req.url, token: req.headers[TOKEN_HEADER] }));
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (request.headers.upgrade === 'echo') {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello ');
      socket.pipe(socket);
      return;
    }
    if (request.headers.upgrade === 'slow') return void socket.write('HTTP/1.1 101 Switching');
    if (request.headers.upgrade === 'endless')
      return void socket.write(`HTTP/1.1 101 Switching Protocols\r\nX-Fill: ${'x'.repeat(20_000)}`);
    sockets.handleUpgrade(request, socket, head, (client) =>
      client.on('message', (data, isBinary) => client.send(data, { binary: isBinary })),
    );
  });
  return { server, sockets };
}

describe('A worker that is reached by a link', () => {
  const { server, sockets } = createWorker();
  let opened = 0;
  let isCut = false;
  const link = linkOf(async () => {
    if (isCut) throw new Error('the link is down');
    opened += 1;
    const [near, far] = duplexPair();
    // As with a connection, the end of one side is the end of the other.
    far.once('close', () => near.destroy());
    server.emit('connection', asSocket(far));
    return asSocket(near);
  });
  const worker: WorkerAddress = {
    name: 'agent-home',
    origin: 'http://agent-home',
    token: 'secret',
    epoch: 1,
    details: {},
    link,
  };
  const routing = {
    resolve: () => worker,
    resolveVideo: () => worker,
    report: () => {},
    tie: () => () => {},
  };
  let gateway: Server;
  const tunnels = new SocketTunnels({ routing, log: silentLog });

  before(async () => {
    const proxies = cameraProxies({ routing, log: silentLog });
    const impatient = cameraProxies({ routing, log: silentLog, answerMs: 200 });
    const app = express();
    app.get('/answers/:cameraId', proxies.answers);
    app.get('/streams/:cameraId', proxies.streams);
    app.get('/silent', impatient.answers);
    app.use(problems);
    gateway = await serve(app);
    gateway.on('upgrade', (request, socket, head) =>
      tunnels.open('1', { request, socket, head }, () => socket.destroy()),
    );
  });
  beforeEach(() => {
    isCut = false;
  });
  after(() => {
    tunnels.close();
    for (const client of sockets.clients) client.terminate();
    stop(gateway);
    server.closeAllConnections();
  });

  it('answers calls with its token over connections that are kept', async () => {
    const first = await call(worker, { method: 'GET', path: '/1' });
    const before = opened;
    expect(await call(worker, { method: 'GET', path: '/2' })).to.deep.equal({ url: '/2', token: 'secret' });
    expect(first).to.deep.equal({ url: '/1', token: 'secret' });
    expect(opened).to.equal(before);
  });

  it('answers requests that are passed on to it', async () => {
    for (const path of ['/answers/1', '/streams/1']) {
      const answer = await fetch(`${originOf(gateway)}${path}`);
      expect(await answer.json()).to.deep.equal({ url: path, token: 'secret' });
    }
  });

  it('does not hold a client that it does not answer', async () => {
    const answer = await fetch(`${originOf(gateway)}/silent`);
    expect(answer.status).to.equal(504);
    expect(await answer.json()).to.include({ code: 'worker-timeout' });
  });

  it('takes WebSockets of clients', async () => {
    const client = new WebSocket(`${originOf(gateway).replace('http', 'ws')}/any`);
    await once(client, 'open');
    client.send('to the worker and back');
    const [data] = (await once(client, 'message')) as [Buffer];
    expect(data.toString()).to.equal('to the worker and back');
    client.terminate();
  });

  it('takes a WebSocket of the gateway, opened again after a break', async () => {
    const heard: string[] = [];
    const socket = new WorkerSocket({
      path: '/any',
      maxMessageBytes: 1024,
      onOpen: () => socket.send('open'),
      onMessage: (data) => heard.push(data.toString()),
      log: silentLog,
    });
    socket.attach(worker);
    await waitFor(() => heard.length === 1, { message: 'the first socket' });
    for (const client of sockets.clients) client.terminate();
    await waitFor(() => heard.length === 2, { message: 'the second socket' });
    socket.detach();
  });

  it('takes connections of another protocol', async () => {
    const stream = await openWorkerStream(worker, { path: '/any', protocol: 'echo', headers: {} });
    stream.write('worker');
    let text = '';
    for await (const chunk of stream) {
      text += chunk;
      if (text === 'hello worker') break;
    }
    expect(text).to.equal('hello worker');
  });

  it('is given up when the head of its answer does not end', async () => {
    const request = { path: '/any', headers: {} };
    const slow = await rejection(openWorkerStream(worker, { ...request, protocol: 'slow' }, 100));
    expect(slow).to.include({ code: 'worker-timeout' });
    const endless = await rejection(openWorkerStream(worker, { ...request, protocol: 'endless' }));
    expect(endless).to.include({ code: 'worker-failed' });
  });

  it('is given up when its answer is longer than any answer', async () => {
    const [near, far] = duplexPair();
    const answer = Object.assign(near, { statusCode: 200 }) as unknown as IncomingMessage;
    far.write(Buffer.alloc(2000));
    const error: unknown = await readAnswer(answer, 1000).catch((reason: unknown) => reason);
    expect(error).to.include({ message: 'the answer has more than 1000 bytes' });
    expect(near.destroyed).to.equal(true);
  });

  it('is said to have failed while it is cut off', async () => {
    isCut = true;
    link.kept.destroy();
    const call1 = await rejection(call(worker, { method: 'GET', path: '/1' }));
    const stream = await rejection(openWorkerStream(worker, { path: '/', protocol: 'echo', headers: {} }));
    expect(call1).to.include({ code: 'worker-failed' });
    expect(stream).to.include({ code: 'worker-failed' });
    expect((await fetch(`${originOf(gateway)}/answers/1`)).status).to.equal(502);
  });
});
