import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { Restream } from '../../../../../workers/rtsp/outputs/restream/restream.ts';
import type { PacketSubscriber } from '../../../../../workers/rtsp/packets/packet-hub.ts';
import { RtspClient } from '../../../../support/rtsp-reader.ts';
import { waitFor } from '../../../../support/wait-for.ts';

const TRACK = { codec: 'h264', parameterSets: Buffer.alloc(0), announcedFps: undefined } as const;
const KEYFRAME = Buffer.concat([Buffer.from([0, 0, 0, 1, 0x65]), Buffer.alloc(100_000, 1)]);
const PICTURE = Buffer.concat([Buffer.from([0, 0, 0, 1, 0x41]), Buffer.alloc(100_000, 1)]);
const MAX_WAITING = 3 * 1024 * 1024;
const TCP = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' };

describe('RTSP readers of a worker', () => {
  let restream: Restream;
  let server: Server;
  let camera: PacketSubscriber;
  let subscriptions: number;
  const sockets: Socket[] = [];
  let sequence: number;

  beforeEach(async () => {
    [subscriptions, sequence] = [0, 0];
    restream = new Restream({
      subscribePackets: (_id, subscriber) => {
        subscriptions += 1;
        camera = subscriber;
        camera.onTrack(TRACK);
        send(KEYFRAME);
        return { close: () => {} };
      },
    });
    server = createServer((socket) => {
      sockets.push(socket);
      restream.accept('cam', {}, socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    restream.close();
    server.close();
    sockets.length = 0;
  });

  function send(data: Buffer): void {
    sequence += 1;
    const keyframe = data === KEYFRAME;
    camera.onPacket({ data, keyframe, mediaTimeMs: performance.now(), capturedAt: Date.now(), sequence });
  }

  async function play(): Promise<RtspClient> {
    const client = await RtspClient.open((server.address() as AddressInfo).port);
    const setUp = await client.ask('SETUP', '/cam/trackID=0', TCP);
    const session = setUp.header('session')?.split(';')[0] ?? '';
    expect((await client.ask('PLAY', '/cam', { Session: session })).status).to.equal(200);
    await waitFor(() => client.packets > 0, { message: 'the cached keyframe' });
    return client;
  }

  it('that stop reading cost a bounded memory, and hold up no other', async () => {
    const [slow, fast] = [await play(), await play()];
    expect(subscriptions).to.equal(1);
    slow.socket.pause();
    for (let index = 0; index < 100; index += 1) {
      const before = fast.packets;
      send(PICTURE);
      await waitFor(() => fast.packets > before, { message: 'a picture at the other reader' });
    }
    expect(Math.max(...sockets.map(({ writableLength }) => writableLength))).to.be.below(MAX_WAITING);
    slow.socket.resume();
    await waitFor(() => sockets.every(({ writableLength }) => writableLength === 0));
    const before = slow.packets;
    send(PICTURE);
    send(KEYFRAME);
    await waitFor(() => slow.packets > before, { message: 'the next keyframe' });
    slow.close();
    fast.close();
  });

  it('get no other camera than theirs, and clear answers to what cannot be', async () => {
    const client = await RtspClient.open((server.address() as AddressInfo).port);
    const statusOf = async (method: string, path: string, headers = {}): Promise<number> =>
      (await client.ask(method, path, headers)).status;
    expect(await statusOf('DESCRIBE', '/other')).to.equal(404);
    expect(await statusOf('SETUP', '/cam/trackID=0', { Transport: 'RTP/AVP;multicast' })).to.equal(461);
    expect(await statusOf('SETUP', '/cam/trackID=1', TCP)).to.equal(404);
    expect(await statusOf('PLAY', '/cam', { Session: 'none' })).to.equal(454);
    expect(await statusOf('SETUP', '/cam/trackID=0', TCP)).to.equal(200);
    expect(await statusOf('GET_PARAMETER', '/cam')).to.equal(200);
    client.close();
  });
});
