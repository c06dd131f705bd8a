import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { linkStream } from '#shared/http/link-stream.ts';
import { requestLocally } from '../../../gateway/worker-access/local-request.ts';
import { linkOf } from '../../../gateway/worker-access/worker-link.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('A WebSocket as a connection', () => {
  let server: WebSocketServer;
  let near: Duplex;
  let far: Duplex;

  beforeEach(async () => {
    server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    await once(server, 'listening');
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [[accepted]] = await Promise.all([once(server, 'connection'), once(socket, 'open')]);
    near = linkStream(accepted as WebSocket);
    far = linkStream(socket);
  });
  afterEach(() => {
    near.destroy();
    far.destroy();
    server.close();
  });

  it('carries bytes both ways', async () => {
    near.write('to the far side');
    expect(String((await once(far, 'data'))[0])).to.equal('to the far side');
    far.write('and back');
    expect(String((await once(near, 'data'))[0])).to.equal('and back');
  });

  for (const [what, end] of [
    ['ended', (stream: Duplex) => void stream.end()],
    ['destroyed', (stream: Duplex) => void stream.destroy()],
  ] as const)
    it(`closes on a side that writes nothing when it was ${what} on the other one`, async () => {
      far.resume();
      end(near);
      await once(far, 'close');
      expect(far.destroyed).to.equal(true);
    });

  it('is not used again after the other side ended it while it was idle', async () => {
    const worker = createServer((_request, response) => response.end('here')).unref();
    const sockets = new WebSocketServer({ port: 0 });
    sockets.on('connection', (socket) => worker.emit('connection', linkStream(socket)));
    await once(sockets, 'listening');
    const opened: WebSocket[] = [];
    const link = linkOf(async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`);
      opened.push(socket);
      await once(socket, 'open');
      return linkStream(socket);
    });
    const ask = () =>
      requestLocally('http://worker/', {
        method: 'GET',
        headers: {},
        signal: AbortSignal.timeout(5000),
        agent: link.kept,
      });
    try {
      expect((await ask()).body.toString()).to.equal('here');
      for (const socket of sockets.clients) socket.close();
      await waitFor(() => opened[0]?.readyState === WebSocket.CLOSED, { message: 'the end of the first' });
      expect((await ask()).body.toString()).to.equal('here');
      expect(opened).to.have.length(2);
    } finally {
      link.kept.destroy();
      sockets.close();
      for (const socket of sockets.clients) socket.terminate();
    }
  });
});
