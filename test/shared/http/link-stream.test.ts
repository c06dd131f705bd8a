import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { linkStream } from '#shared/http/link-stream.ts';

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
});
