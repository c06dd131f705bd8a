import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { type WebSocket, WebSocketServer } from 'ws';
import { AppError } from '#shared/errors.ts';
import {
  FRAME_SOCKET_OPTIONS,
  type FrameSocketOptions,
  serveFrameSocket,
} from '#shared/frames/frame-socket.ts';
import { Redactor } from '#shared/redact.ts';
import { FeedDouble, textFrame } from '../../doubles/feed-double.ts';
import { listening, originOf, silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';
import { WsClient } from '../../support/ws-client.ts';

const MIB = 1024 * 1024;

describe('A frame socket', () => {
  let feed: FeedDouble;
  let redactor: Redactor;
  let options: Partial<FrameSocketOptions>;
  let drops: number;
  let server: Server;
  let sockets: WebSocketServer;
  let origin: string;
  let client: WsClient;

  beforeEach(async () => {
    feed = new FeedDouble();
    redactor = new Redactor();
    options = {};
    drops = 0;
    const onDrop = () => {
      drops += 1;
    };
    sockets = new WebSocketServer(FRAME_SOCKET_OPTIONS);
    server = createServer().on('upgrade', (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (accepted: WebSocket) => {
        serveFrameSocket(accepted, { feed, redactor, log: silentLog, onDrop, ...options });
      });
    });
    await listening(server);
    origin = originOf(server);
    client = await WsClient.open(origin);
  });

  afterEach(() => {
    client.close();
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });

  /** Waits until the server has obeyed everything sent so far. */
  async function settle(): Promise<void> {
    const before = pongs();
    client.send({ action: 'ping' });
    await waitFor(() => pongs() > before);
  }

  const pongs = () => client.messages.filter(({ type }) => type === 'pong').length;
  const subscribe = (cameraId: string, more: object = {}) =>
    client.send({ action: 'subscribe', cameraId, ...more });
  const subscribed = () => feed.requests.map(({ cameraId }) => cameraId).sort();

  async function reconnect(change: Partial<FrameSocketOptions>): Promise<void> {
    options = change;
    client.close();
    client = await WsClient.open(origin);
  }

  describe('subscriptions', () => {
    it('asks the feed for what the client wants, with the defaults of the contract', async () => {
      subscribe('1');
      subscribe('2', { fps: 2, width: 320, quality: 50, encoding: 'binary', multiple: true });
      await settle();
      expect(feed.requests).to.deep.equal([
        { cameraId: '1', fps: 15, width: undefined, quality: 80, encoding: 'base64' },
        { cameraId: '2', fps: 2, width: 320, quality: 50, encoding: 'binary' },
      ]);
    });

    it('passes frames on as they are, text as text and bytes as bytes', async () => {
      subscribe('1');
      await settle();
      feed.publish('1', textFrame('1', 7));
      feed.publish('1', { data: Buffer.from([1, 2, 3]), binary: true });
      await waitFor(() => client.messages.length === 3);
      expect(client.messages[1]).to.include({ type: 'frame', sequence: 7 });
      expect(client.messages[2]).to.deep.equal(Buffer.from([1, 2, 3]));
    });

    it('replaces what it had by the next one, unless several are asked for', async () => {
      subscribe('1');
      subscribe('2', { multiple: true });
      await settle();
      expect(subscribed()).to.deep.equal(['1', '2']);
      subscribe('2', { multiple: true, fps: 1 });
      await settle();
      expect(feed.requests.map(({ cameraId, fps }) => `${cameraId} ${fps}`)).to.deep.equal(['1 15', '2 1']);
      subscribe('3');
      await settle();
      expect(subscribed()).to.deep.equal(['3']);
    });

    it('unsubscribes one camera when it is named, and all when none is', async () => {
      for (const id of ['1', '2', '3']) subscribe(id, { multiple: true });
      client.send({ action: 'unsubscribe', cameraId: '2' });
      await settle();
      expect(subscribed()).to.deep.equal(['1', '3']);
      client.send({ action: 'unsubscribe' });
      await settle();
      expect(subscribed()).to.deep.equal([]);
    });

    it('reports a fault of a camera and keeps the subscription', async () => {
      subscribe('1');
      await settle();
      redactor.add('S3cr3tC4nary');
      feed.fail('1', new AppError('camera-not-found', 'No camera at S3cr3tC4nary'));
      feed.publish('1', textFrame('1', 1));
      await waitFor(() => client.frames('1').length === 1);
      expect(client.errors()).to.deep.equal([
        { type: 'error', code: 'camera-not-found', message: 'No camera at ***', cameraId: '1' },
      ]);
    });

    it('carries a limited number of them', async () => {
      await reconnect({ maxSubscriptions: 2 });
      for (const id of ['1', '2', '3']) subscribe(id, { multiple: true });
      await settle();
      expect(subscribed()).to.deep.equal(['1', '2']);
      expect(client.errors()[0]).to.include({ code: 'too-many-requests', cameraId: '3' });
    });

    it('ends them all when the client goes', async () => {
      subscribe('1');
      await settle();
      client.close();
      await waitFor(() => feed.requests.length === 0);
    });
  });

  describe('bad messages (F47)', () => {
    for (const [what, text, code, cameraId] of [
      ['no JSON', '{', 'invalid-json', undefined],
      ['a list', '[]', 'invalid-field', undefined],
      ['null', 'null', 'invalid-field', undefined],
      ['an unknown action', '{"action":"dance","cameraId":"1"}', 'invalid-field', '1'],
      ['no camera', '{"action":"subscribe"}', 'invalid-field', undefined],
      ['a bad rate', '{"action":"subscribe","cameraId":"1","fps":61}', 'invalid-field', '1'],
      ['a rate that is text', '{"action":"subscribe","cameraId":"1","fps":"5"}', 'invalid-field', '1'],
      ['a reserved name', '{"action":"subscribe","cameraId":"__proto__"}', 'invalid-field', '__proto__'],
    ] as const) {
      it(`answers ${what} with an error and keeps the socket`, async () => {
        client.send(text);
        await settle();
        const { message, ...error } = client.errors()[0];
        expect(error).to.deep.equal({ type: 'error', code, ...(cameraId && { cameraId }) });
        expect(message).to.be.a('string').with.length.greaterThan(5);
        expect(feed.requests).to.deep.equal([]);
      });
    }

    it('takes no prototype from a message', async () => {
      client.send('{"action":"subscribe","cameraId":"1","__proto__":{"polluted":true}}');
      await settle();
      expect(({} as { polluted?: boolean }).polluted).to.equal(undefined);
      expect(feed.requests[0]).to.not.have.property('polluted');
    });

    it('answers bytes where text is due', async () => {
      client.socket.send(Buffer.from('{"action":"ping"}'), { binary: true });
      await settle();
      expect(client.errors()[0]).to.include({ code: 'invalid-json' });
    });

    it('closes with 1008 after ten in a row, and not for ten with a good one between', async () => {
      for (let count = 0; count < 9; count += 1) client.send('{');
      await settle();
      for (let count = 0; count < 9; count += 1) client.send('{');
      await settle();
      expect(client.errors()).to.have.length(18);
      for (let count = 0; count < 10; count += 1) client.send('{');
      await waitFor(() => client.closeCode !== undefined);
      expect(client.closeCode).to.equal(1008);
    });
  });

  describe('floods', () => {
    it('F45: closes with 1008 after 10,000 simultaneous messages, without an effect on others', async () => {
      const other = await WsClient.open(origin);
      other.send({ action: 'subscribe', cameraId: '1' });
      await waitFor(() => feed.requests.length === 1);
      for (let count = 0; count < 10_000; count += 1) client.send({ action: 'ping' });
      await waitFor(() => client.closeCode !== undefined);
      expect(client.closeCode).to.equal(1008);
      expect(pongs()).to.be.within(1, 200);
      feed.publish('1', textFrame('1', 1));
      await waitFor(() => other.frames('1').length === 1);
      other.close();
    });

    it('F46: closes with 1009 for a message over 64 KiB, but takes one of just that size', async () => {
      const pad = (bytes: number) => `{"action":"ping","pad":"${'x'.repeat(bytes - 26)}"}`;
      client.send(pad(64 * 1024));
      await waitFor(() => pongs() === 1);
      client.send(pad(64 * 1024 + 1));
      await waitFor(() => client.closeCode !== undefined);
      expect(client.closeCode).to.equal(1009);
    });

    it('F46: does not wait for the 101 MiB that a message announces', async () => {
      const header = Buffer.alloc(14);
      header.writeUInt8(0x81, 0);
      header.writeUInt8(0xff, 1);
      header.writeBigUInt64BE(BigInt(101 * MIB), 2);
      tcpOf(client).write(header);
      await waitFor(() => client.closeCode !== undefined);
      expect(client.closeCode).to.equal(1009);
    });

    it('F46: closes for a message in a million fragments', async () => {
      const first = Buffer.from([0x01, 0x80, 0, 0, 0, 0]);
      const more = Buffer.from([0x00, 0x80, 0, 0, 0, 0]);
      const tcp = tcpOf(client);
      tcp.write(first);
      const batch = Buffer.alloc(more.length * 10_000, more);
      for (let count = 0; count < 100 && tcp.writable; count += 1) tcp.write(batch);
      await waitFor(() => client.closeCode !== undefined);
      expect([1006, 1008]).to.include(client.closeCode);
      await waitFor(() => sockets.clients.size === 0);
    });
  });

  describe('clients that vanish', () => {
    it('F44: cuts off a client that leaves a ping unanswered', async () => {
      await reconnect({ heartbeatMs: 200 });
      subscribe('1');
      await settle();
      client.socket.pause();
      await waitFor(() => feed.requests.length === 0);
      expect(sockets.clients.size).to.equal(0);
    });

    it('keeps one that answers', async () => {
      await reconnect({ heartbeatMs: 200 });
      let pings = 0;
      client.socket.on('ping', () => {
        pings += 1;
      });
      await waitFor(() => pings >= 4);
      expect(client.closeCode).to.equal(undefined);
    });
  });

  describe('clients that read slowly (F43)', () => {
    it('get only the newest frame when they read again', async () => {
      subscribe('1');
      await settle();
      client.socket.pause();
      let sequence = 0;
      await waitFor(() => {
        sequence += 1;
        feed.publish('1', textFrame('1', sequence, MIB));
        return drops >= 20;
      });
      expect(bufferedOf(sockets)).to.be.lessThan(2 * MIB);
      client.socket.resume();
      await waitFor(() => client.frames('1').at(-1)?.sequence === sequence);
      expect(client.frames('1').length).to.equal(sequence - drops);
    });

    it('get their cameras in turn', async () => {
      for (const id of ['1', '2', '3']) subscribe(id, { multiple: true });
      await settle();
      client.socket.pause();
      let sequence = 0;
      await waitFor(() => {
        sequence += 1;
        for (const id of ['1', '2', '3']) feed.publish(id, textFrame(id, sequence, MIB));
        return drops >= 20;
      });
      client.socket.resume();
      await waitFor(() => ['1', '2', '3'].every((id) => client.frames(id).at(-1)?.sequence === sequence));
    });

    it('are cut off when they take nothing for long', async () => {
      await reconnect({ heartbeatMs: 100, maxBusyMs: 150 });
      subscribe('1');
      await settle();
      // Answers pings, so that only its not reading counts.
      const [accepted] = [...sockets.clients] as [WebSocket];
      client.socket.pause();
      await waitFor(() => {
        accepted.emit('pong', Buffer.alloc(0));
        feed.publish('1', textFrame('1', 1, MIB));
        return feed.requests.length === 0;
      });
      expect(drops).to.be.greaterThan(0);
    });
  });
});

function tcpOf(client: WsClient): Socket {
  return (client.socket as unknown as { _socket: Socket })._socket;
}

function bufferedOf(sockets: WebSocketServer): number {
  return Math.max(...[...sockets.clients].map(({ bufferedAmount }) => bufferedAmount));
}
