import { expect } from 'chai';
import { AppError } from '#shared/errors.ts';
import type { CameraSet } from '../../../../../workers/rtsp/camera/camera-set.ts';
import { HlsStreams } from '../../../../../workers/rtsp/outputs/hls/hls-streams.ts';
import { GopCache } from '../../../../../workers/rtsp/packets/gop-cache.ts';
import { PacketHub } from '../../../../../workers/rtsp/packets/packet-hub.ts';
import { packetOf, SETS, trackOf } from '../../../../shared/media/mp4/material.ts';
import { codeOf } from '../../../../support/errors.ts';
import { waitFor } from '../../../../support/wait-for.ts';

const forever = new AbortController().signal;

describe('HlsStreams', () => {
  let hub: PacketHub;
  let origin: Parameters<PacketHub['attach']>[0];
  let keyframeIntervalMs: number | undefined;
  let streams: HlsStreams;

  beforeEach(() => {
    hub = new PacketHub();
    origin = { track: trackOf('h264', SETS.high), gop: new GopCache() };
    keyframeIntervalMs = undefined;
  });
  afterEach(() => streams.close());

  function open(idleMs?: number): HlsStreams {
    const cameras = {
      get: (id: string) => {
        if (id !== '1') throw new AppError('camera-not-found', `No camera ${id}`);
        return { connection: { meter: { keyframeIntervalMs } } };
      },
      subscribePackets: (_id: string, subscriber: Parameters<PacketHub['subscribe']>[0]) =>
        hub.subscribe(subscriber),
    } as unknown as CameraSet;
    streams = new HlsStreams({ cameras, ...(idleMs === undefined ? {} : { idleMs }) });
    return streams;
  }

  function sendGroup(): void {
    hub.attach(origin);
    for (let index = 0; index < 10; index += 1) {
      const packet = packetOf(index * 40, { keyframe: index === 0 });
      origin.gop.push(packet);
      hub.publish(origin, packet);
    }
  }

  it('begins with the first request, from the current group of pictures, once for all viewers', async () => {
    sendGroup();
    open();
    expect(hub.viewers).to.equal(0);
    const stream = streams.get('1');
    expect(streams.get('1')).to.equal(stream);
    expect(hub.viewers).to.equal(1);
    expect(await stream.playlist(undefined, forever)).to.include('#EXTINF:0.40000,');
  });

  it('ends after a time without requests', async () => {
    sendGroup();
    open(30);
    const first = streams.get('1');
    await waitFor(() => hub.viewers === 0);
    expect(streams.size).to.equal(0);
    expect(streams.get('1')).to.not.equal(first);
  });

  it('ends when the camera is removed', async () => {
    sendGroup();
    open();
    streams.get('1');
    hub.remove(origin);
    expect([streams.size, hub.viewers]).to.deep.equal([0, 0]);
  });

  it('knows only the cameras there are', () => {
    open();
    expect(codeOf(() => streams.get('2'))).to.equal('camera-not-found');
    expect(streams.size).to.equal(0);
  });

  for (const [interval, target] of [
    [undefined, 4],
    [500, 2],
    [3000, 3],
    [60_000, 6],
  ] as const) {
    it(`promises segments of ${target} s for keyframes every ${interval ?? 'unknown'} ms`, async () => {
      keyframeIntervalMs = interval;
      sendGroup();
      const playlist = await open().get('1').playlist(undefined, forever);
      expect(playlist).to.include(`#EXT-X-TARGETDURATION:${target}\n`);
    });
  }
});
