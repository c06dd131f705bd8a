import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import type { CameraSet } from '../../../../../workers/rtsp/camera/camera-set.ts';
import { type MseTarget, mseTarget, serveMse } from '../../../../../workers/rtsp/outputs/mse/mse.ts';
import { MseBroadcasts } from '../../../../../workers/rtsp/outputs/mse/mse-broadcast.ts';
import { GopCache } from '../../../../../workers/rtsp/packets/gop-cache.ts';
import { PacketHub } from '../../../../../workers/rtsp/packets/packet-hub.ts';
import { AAC_TRACK, packetOf, SETS, slice, trackOf } from '../../../../shared/media/mp4/material.ts';
import { findBox, parseBoxes } from '../../../../support/mp4-boxes.ts';
import { MseClient } from '../../../../support/mse-client.ts';
import { listening, portOf, stop } from '../../../../support/serve.ts';
import { waitFor } from '../../../../support/wait-for.ts';

const log = createLogger({ name: 'test', level: 'silent', redactor: new Redactor(), write: () => {} });
const MAX_BUFFERED_BYTES = 64 * 1024;

describe('mseTarget', () => {
  it('reads the camera from the path, and nothing that is no camera id', () => {
    expect(mseTarget('/ws/mse/front-door.1')?.cameraId).to.equal('front-door.1');
    for (const path of ['/ws/mse/', '/ws/mse/a/b', '/ws/mse/..', '/ws/mse/a%20b', '/x/ws/mse/1', '/ws/mse'])
      expect(mseTarget(path), path).to.equal(undefined);
  });

  it('reads which sound is wanted: what passes untouched unless the address says otherwise', () => {
    const wanted = (query: string) => mseTarget(`/ws/mse/1${query}`)?.sound;
    expect(['', '?ticket=x', '?audio=loud', '?audio=any', '?ticket=x&audio=none'].map(wanted)).to.deep.equal([
      'untouched',
      'untouched',
      'untouched',
      'any',
      'none',
    ]);
  });
});

describe('serveMse', () => {
  const origin = { track: trackOf('h264', SETS.high), gop: new GopCache() };
  const counters = { drops: 0 };
  let hub: PacketHub;
  let server: Server;
  let clients: MseClient[];
  let heartbeatMs: number | undefined;

  beforeEach(async () => {
    hub = new PacketHub();
    clients = [];
    counters.drops = 0;
    heartbeatMs = undefined;
    origin.gop.clear();
    const cameras = {
      subscribePackets: (_id: string, subscriber: Parameters<PacketHub['subscribe']>[0]) =>
        hub.subscribe(subscriber),
      has: (id: string) => id === '1',
      get: () => ({ counters }),
    } as unknown as CameraSet;
    const options = {
      broadcasts: new MseBroadcasts(cameras, () => ({ push: () => {}, close: () => {} })),
      cameras,
      log,
      maxBufferedBytes: MAX_BUFFERED_BYTES,
    };
    server = createServer();
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket, request) => {
      const heartbeat = heartbeatMs === undefined ? {} : { heartbeatMs };
      serveMse(socket, mseTarget(request.url ?? '') as MseTarget, { ...options, ...heartbeat });
    });
    await listening(server);
  });

  afterEach(async () => {
    for (const client of clients) client.close();
    stop(server);
    await once(server, 'close');
  });

  async function open(cameraId = '1', autoPong = true): Promise<MseClient> {
    const port = portOf(server);
    const client = await MseClient.open(`http://127.0.0.1:${port}`, cameraId, { autoPong });
    clients.push(client);
    return client;
  }

  function send(mediaTimeMs: number, { keyframe = false, bytes = 10 } = {}): void {
    const nals = [Buffer.concat([slice(keyframe), Buffer.alloc(bytes, 0xaa)])];
    const packet = packetOf(mediaTimeMs, { keyframe, nals });
    origin.gop.push(packet);
    hub.publish(origin, packet);
  }

  it('sends codec and size, the initialisation segment, and one fragment an access unit', async () => {
    hub.attach(origin);
    send(0, { keyframe: true });
    const client = await open();
    send(40);
    await waitFor(() => client.binaries.length === 3);
    expect(client.texts).to.deep.equal([
      { type: 'init', cameraId: '1', codec: 'video/mp4; codecs="avc1.640028"', width: 1920, height: 1080 },
    ]);
    expect(
      client.binaries.map((bytes) =>
        parseBoxes(bytes)
          .map(({ type }) => type)
          .join(),
      ),
    ).to.deep.equal(['ftyp,moov', 'prft,moof,mdat', 'prft,moof,mdat']);
  });

  it('waits for a camera that is not there yet', async () => {
    const client = await open('later');
    await waitFor(() => client.texts.length > 0);
    expect(client.texts).to.deep.equal([{ type: 'waiting', cameraId: 'later', code: 'camera-not-found' }]);
    hub.attach(origin);
    send(0, { keyframe: true });
    await waitFor(() => client.binaries.length === 2);
  });

  it('sends a new head before what needs it', async () => {
    hub.attach(origin);
    send(0, { keyframe: true });
    const client = await open();
    await waitFor(() => client.binaries.length === 2);
    hub.announce({ ...origin });
    const other = { track: trackOf('h264', SETS.bframes), gop: new GopCache() };
    hub.attach(other);
    hub.publish(other, packetOf(0, { keyframe: true }));
    await waitFor(() => client.binaries.length === 4);
    expect(client.ofType('init').map(({ codec }) => codec)).to.deep.equal([
      'video/mp4; codecs="avc1.640028"',
      'video/mp4; codecs="avc1.4d401e"',
    ]);
    expect(findBox(parseBoxes(client.binaries[2] as Buffer), 'moov').type).to.equal('moov');
  });

  it('has a viewer come again when the camera has sound now, which its player cannot add', async () => {
    hub.attach(origin);
    send(0, { keyframe: true });
    const client = await open();
    await waitFor(() => client.binaries.length === 2);
    const sounding = {
      track: { ...trackOf('h264', SETS.high), audio: AAC_TRACK },
      gop: new GopCache(),
    };
    hub.attach(sounding);
    hub.publish(sounding, packetOf(0, { keyframe: true }));
    await waitFor(() => client.closeCode !== undefined);
    expect(client.closeCode).to.equal(1012);
  });

  it('tells why it ends when the camera is removed or cannot be carried', async () => {
    hub.attach(origin);
    const client = await open();
    await waitFor(() => client.texts.length > 0);
    hub.remove(origin);
    await waitFor(() => client.closeCode !== undefined);
    expect([client.ofType('error')[0].code, client.closeCode]).to.deep.equal(['camera-not-found', 4004]);
    hub.attach({ track: trackOf('mjpeg'), gop: new GopCache() });
    const refused = await open();
    await waitFor(() => refused.closeCode !== undefined);
    expect([refused.ofType('error')[0].code, refused.closeCode]).to.deep.equal([
      'mse-unsupported-codec',
      4015,
    ]);
  });

  it('lets a slow client skip to the next keyframe instead of queueing', async () => {
    hub.attach(origin);
    send(0, { keyframe: true });
    const client = await open();
    await waitFor(() => client.binaries.length === 2);
    client.socket.pause();
    let time = 40;
    const sendMany = (): void => {
      for (let index = 0; index < 20; index += 1, time += 40) send(time, { bytes: 512 * 1024 });
    };
    await waitFor(() => {
      sendMany();
      return counters.drops > 0;
    });
    client.socket.resume();
    const lastBefore = time;
    await waitFor(() => {
      send(time, { keyframe: true });
      send(time + 40);
      time += 80;
      return client.binaries.some((bytes) => decodeTimeOf(bytes) >= lastBefore * 90);
    });
    const fragments = client.binaries.slice(1);
    const gap = fragments.findIndex((bytes, index) => {
      const before = fragments[index - 1];
      return before !== undefined && decodeTimeOf(bytes) - decodeTimeOf(before) > 40 * 90;
    });
    expect(gap).to.be.greaterThan(0);
    expect(isKeyframe(fragments[gap] as Buffer)).to.equal(true);
  });

  it('sends the first group of pictures whole, however large it is', async () => {
    hub.attach(origin);
    send(0, { keyframe: true, bytes: MAX_BUFFERED_BYTES * 60 });
    for (let index = 1; index < 5; index += 1) send(index * 40, { bytes: MAX_BUFFERED_BYTES });
    const client = await open();
    await waitFor(() => client.binaries.length === 6);
    expect(counters.drops).to.equal(0);
  });

  it('answers pings and closes a socket that talks too much', async () => {
    const client = await open();
    client.socket.send('{"action":"ping"}');
    await waitFor(() => client.ofType('pong').length === 1);
    for (let index = 0; index < 200; index += 1) client.socket.send('{}');
    await waitFor(() => client.closeCode !== undefined);
    expect(client.closeCode).to.equal(1008);
  });

  it('cuts off a client that answers no ping, and only that one', async () => {
    hub.attach(origin);
    heartbeatMs = 200;
    const silent = await open('1', false);
    const lively = await open();
    await waitFor(() => silent.closeCode !== undefined);
    expect([silent.closeCode, lively.closeCode]).to.deep.equal([1006, undefined]);
  });

  it('leaves nothing behind when a viewer goes', async () => {
    hub.attach(origin);
    const client = await open();
    await waitFor(() => hub.viewers === 1);
    client.close();
    await waitFor(() => hub.viewers === 0);
  });
});

function decodeTimeOf(fragment: Buffer): number {
  const boxes = parseBoxes(fragment);
  if (boxes[0]?.type === 'ftyp') return 0;
  return Number(findBox(boxes, 'moof/traf/tfdt').body.readBigUInt64BE(4));
}

function isKeyframe(fragment: Buffer): boolean {
  return findBox(parseBoxes(fragment), 'moof/traf/trun').body.readUInt32BE(20) === 0x02000000;
}
