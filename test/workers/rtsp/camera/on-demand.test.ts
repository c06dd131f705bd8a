import { expect } from 'chai';
import type { RtspSource } from '#shared/contract/source/rtsp.ts';
import { Redactor } from '#shared/redact.ts';
import { CAMERA_TIMINGS } from '../../../../workers/rtsp/camera/camera-connection.ts';
import { CameraSet } from '../../../../workers/rtsp/camera/camera-set.ts';
import { ConnectLimiter } from '../../../../workers/rtsp/camera/connect-limiter.ts';
import { Ffmpeg } from '../../../../workers/rtsp/ffmpeg/ffmpeg.ts';
import type { PacketSubscriber } from '../../../../workers/rtsp/packets/packet-hub.ts';
import { createRtspSource } from '../../../../workers/rtsp/source/rtsp/rtsp-source.ts';
import type { RunSource } from '../../../../workers/rtsp/source/run-source.ts';
import { createRtspServer, type RtspServer } from '../../../../workers/simulator/server/rtsp-server.ts';
import { greySource } from '../../../support/grey-cameras.ts';
import { silentLog } from '../../../support/serve.ts';
import { waitFor } from '../../../support/wait-for.ts';

/** Nothing but what is dialled for the gateway itself gets through. */
const policy = {
  isPublic: true,
  allowsLoopback: false,
  allowedNetworks: [],
  allowedPorts: [],
  ownPorts: [],
};

class Reader implements PacketSubscriber {
  packets = 0;
  onTrack(): void {}
  onPacket(): void {
    this.packets += 1;
  }
  onRemoved(): void {}
  onFailure(): void {}
}

describe('A camera that is connected while clients want it', () => {
  let server: RtspServer;
  let cameras: CameraSet;
  let source: RtspSource;
  const sessions = (): number => server.stats().sessions.length;

  beforeEach(async () => {
    server = createRtspServer({ streams: new Map([['/1', await greySource(100)]]) });
    await server.listen();
    cameras = new CameraSet(
      {
        runSource: createRtspSource({ policy }) as RunSource,
        media: new Ffmpeg({ maxPixels: 64_000_000, log: silentLog }).media,
        limiter: new ConnectLimiter(),
        redactor: new Redactor(),
        log: silentLog,
        timings: { ...CAMERA_TIMINGS, firstMs: 100, maxMs: 400 },
      },
      undefined,
      { lingerMs: 200 },
    );
    source = {
      ...{ kind: 'rtsp', secure: false, host: '127.0.0.1', port: server.port, path: '/1' },
      ...{ username: '', password: '', transport: 'tcp', isMirror: true },
    } as RtspSource;
  });
  afterEach(async () => {
    await cameras.close();
    await server.close();
  });

  it('has no session before the first client and none after the last, and one for all between', async () => {
    let dialled = 0;
    server.on('connection', () => {
      dialled += 1;
    });
    await cameras.put('1', source);
    expect(cameras.get('1').connection.isPaused).to.equal(true);
    const readers = [new Reader(), new Reader()];
    const [first, second] = readers.map((reader) => cameras.subscribePackets('1', reader));
    await waitFor(() => readers.every(({ packets }) => packets > 1));
    expect(sessions()).to.equal(1);
    first?.close();
    expect(cameras.get('1').connection.isPaused).to.equal(false);
    second?.close();
    await waitFor(() => sessions() === 0);
    expect(dialled).to.equal(1);
  });

  it('tells a client that woke it when it is live', async () => {
    await cameras.put('1', source);
    const { woken, close } = cameras.subscribePackets('1', new Reader());
    await woken;
    expect(cameras.get('1').connection.state).to.equal('live');
    expect(cameras.subscribePackets('1', new Reader()).woken, 'it is awake').to.equal(undefined);
    close();
  });

  it('gives a picture to a client that asks for one during a rest', async () => {
    await cameras.put('1', source);
    const picture = await cameras.snapshot(cameras.get('1'), { width: undefined, quality: 80 });
    expect(picture.bytes.subarray(0, 2).toString('hex')).to.equal('ffd8');
    await waitFor(() => sessions() === 0);
  });

  it('gives one to each of several clients that ask for one, though it takes its time', async () => {
    // It is live later than it would rest again without clients.
    server.setFault('/1', { fault: 'delay', ms: 300 });
    await cameras.put('1', source);
    const ask = () => cameras.snapshot(cameras.get('1'), { width: undefined, quality: 80 });
    const pictures = await Promise.all([ask(), ask()]);
    expect(pictures.map(({ facts }) => facts.cameraId)).to.deep.equal(['1', '1']);
    server.clearFaults();
    await waitFor(() => sessions() === 0);
  });

  it('stays connected when a client is there before it', async () => {
    const reader = new Reader();
    const subscription = cameras.subscribePackets('1', reader);
    await cameras.put('1', source);
    await waitFor(() => reader.packets > 1);
    subscription.close();
    await waitFor(() => sessions() === 0);
  });
});
