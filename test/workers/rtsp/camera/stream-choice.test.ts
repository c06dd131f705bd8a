import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { AddressedSource } from '#shared/camera-source.ts';
import type { HttpSource } from '#shared/contract/source/http.ts';
import type { PictureFormat } from '#shared/frames/subscription.ts';
import { Redactor } from '#shared/redact.ts';
import { CAMERA_TIMINGS } from '../../../../workers/rtsp/camera/camera-connection.ts';
import { CameraSet } from '../../../../workers/rtsp/camera/camera-set.ts';
import { ConnectLimiter } from '../../../../workers/rtsp/camera/connect-limiter.ts';
import { Ffmpeg } from '../../../../workers/rtsp/ffmpeg/ffmpeg.ts';
import { DecoderBudget } from '../../../../workers/rtsp/pictures/decoder-budget.ts';
import type { Picture } from '../../../../workers/rtsp/pictures/picture.ts';
import type { PictureRequest } from '../../../../workers/rtsp/pictures/picture-hub.ts';
import { createFetchStill } from '../../../../workers/rtsp/source/http/fetch-still.ts';
import { createRtspSource } from '../../../../workers/rtsp/source/rtsp/rtsp-source.ts';
import type { RunSource } from '../../../../workers/rtsp/source/run-source.ts';
import { createRtspServer, type RtspServer } from '../../../../workers/simulator/server/rtsp-server.ts';
import { clipOf } from '../../../field/support/clips.ts';
import { decodeJpeg } from '../../../support/decode-jpeg.ts';
import { greySource } from '../../../support/grey-cameras.ts';
import { silentLog } from '../../../support/serve.ts';
import { waitFor } from '../../../support/wait-for.ts';

const policy = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [{ first: 1, last: 65_535 }],
  ownPorts: [],
};
const [BRIGHT, DARK] = [200, 60];
const SUB_WIDTH = 320;
const MAX_PIXELS = 64_000_000;
const FULL = { width: undefined, quality: 80 };
const SMALL = { width: 160, quality: 80 };

describe('A camera with a main and a sub stream', () => {
  let server: RtspServer;
  let cameras: CameraSet;
  /** Sessions with the camera, by path. */
  const sessions = (): string[] =>
    server
      .stats()
      .sessions.map(({ path }) => path)
      .sort();

  async function open(maxSessions = 10, decoderBytes = Number.POSITIVE_INFINITY): Promise<void> {
    const streams = new Map([
      ['/main', await greySource(BRIGHT, { width: 640, height: 480 })],
      ['/other', await greySource(BRIGHT, { width: 640, height: 480 })],
      ['/sub', await greySource(DARK, { width: SUB_WIDTH, height: 240 })],
    ]);
    server = createRtspServer({ streams, maxSessions });
    await server.listen();
    cameras = new CameraSet(
      {
        runSource: createRtspSource({ policy }) as RunSource,
        fetchStill: createFetchStill({ policy }),
        media: new Ffmpeg({ maxPixels: MAX_PIXELS, log: silentLog }).media,
        limiter: new ConnectLimiter(),
        decoders: new DecoderBudget(decoderBytes),
        redactor: new Redactor(),
        log: silentLog,
        timings: { ...CAMERA_TIMINGS, firstMs: 100, maxMs: 400 },
      },
      undefined,
      { lingerMs: 200, lookMs: 100 },
    );
  }
  const source = (path: string): AddressedSource => ({
    kind: 'rtsp',
    secure: false,
    host: '127.0.0.1',
    port: server.port,
    path,
    username: '',
    password: '',
    transport: 'tcp',
  });
  const connect = (): Promise<void> =>
    cameras.connect({ cameraId: '1', source: { ...source('/main'), sub: source('/sub') } });
  afterEach(async () => {
    await cameras.close();
    await server.close();
  });

  const lumaOf = ({ bytes }: Picture): number => {
    const picture = decodeJpeg(bytes);
    return picture.at(picture.width >> 1, picture.height >> 1)[0];
  };
  const isDark = (picture: Picture): boolean => Math.abs(lumaOf(picture) - DARK) < 25;
  const isBright = (picture: Picture): boolean => Math.abs(lumaOf(picture) - BRIGHT) < 25;
  const snapshot = (format: PictureFormat): Promise<Picture> => cameras.snapshot(cameras.get('1'), format);

  /** A viewer and the newest picture that it got. */
  function watch(request: Partial<PictureRequest>, cameraId = '1') {
    const seen: Picture[] = [];
    const { close } = cameras.subscribe(
      cameraId,
      { fps: 15, width: undefined, quality: 80, ...request },
      (picture) => {
        seen.push(picture);
      },
    );
    return { close, seen, newest: () => seen.at(-1) };
  }
  const newestIs = (
    viewer: ReturnType<typeof watch>,
    test: (picture: Picture) => boolean,
  ): Promise<boolean> =>
    waitFor(
      () => {
        const picture = viewer.newest();
        return picture !== undefined && test(picture);
      },
      { message: 'a picture of that stream' },
    );

  it('gives tiles and small snapshots the sub stream, large views and full ones the main stream', async () => {
    await open();
    await connect();
    expect(sessions()).to.deep.equal(['/main']);
    const tile = watch({ width: SUB_WIDTH });
    const large = watch({});
    await newestIs(tile, isDark);
    await newestIs(large, isBright);
    expect(sessions()).to.deep.equal(['/main', '/sub']);
    expect([isDark(await snapshot(SMALL)), isBright(await snapshot(FULL))]).to.deep.equal([true, true]);
    const kept = tile.newest() as Picture;
    expect(cameras.find('1', kept.facts.sequence, kept.format)).to.equal(kept);
    tile.close();
    large.close();
  });

  it('connects the sub stream only while a client wants it, and shows which are connected', async () => {
    await open();
    await connect();
    const states = () =>
      cameras.statusOf(cameras.get('1')).streams?.map(({ name, connected }) => [name, connected]);
    expect(states()).to.deep.equal([
      ['main', true],
      ['sub', false],
    ]);
    const tile = watch({ width: SUB_WIDTH });
    await waitFor(() => states()?.every(([, connected]) => connected));
    tile.close();
    await waitFor(() => sessions().join() === '/main', { message: 'the sub stream to end' });
    expect(states()?.[1]).to.deep.equal(['sub', false]);
  });

  it('gives analysis the sub stream', async () => {
    await open();
    await connect();
    const analysis = watch({ width: 960, encoding: 'luma' });
    await waitFor(() => analysis.newest()?.facts.width === SUB_WIDTH, {
      message: 'pictures of the sub stream',
    });
    analysis.close();
  });

  it('goes on with the main stream while the sub stream fails, and a tile wider than it stays there', async () => {
    await open();
    server.setFault('/sub', { fault: 'refuse' });
    await connect();
    const tile = watch({ width: SUB_WIDTH });
    await newestIs(tile, isBright);
    server.clearFaults();
    await newestIs(tile, isDark);
    const wide = watch({ width: SUB_WIDTH + 100 });
    await newestIs(wide, isBright);
    server.setFault('/sub', { fault: 'refuse' });
    server.setFault('/sub', { fault: 'drop' });
    await newestIs(tile, isBright);
    tile.close();
    wide.close();
  });

  describe('while memory for decoding is short', () => {
    let other: ReturnType<typeof watch>;

    /** Another camera has the room for a decoder of 640x480, and the next one is that of a small stream. */
    async function openShort(): Promise<void> {
      await open(undefined, 7_000_000);
      await connect();
      await cameras.connect({ cameraId: '2', source: source('/other') });
      other = watch({}, '2');
      await newestIs(other, isBright);
    }
    const slowed = () => cameras.statusOf(cameras.get('1')).slowed;

    it('shows all viewers the sub stream rather than keyframes of the main one, and says so', async () => {
      await openShort();
      const large = watch({});
      await newestIs(large, isDark);
      expect(large.newest()?.facts.width).to.equal(SUB_WIDTH);
      expect(slowed()).to.include({ reason: 'memory' });
      expect(slowed()?.detail).to.match(/sub stream/);
      expect(cameras.slowed(10).map(({ cameraId }) => cameraId)).to.deep.equal(['1']);
      const count = large.seen.length;
      await waitFor(() => large.seen.length > count + 10, { message: 'more than keyframes' });
      expect(isBright(await snapshot(FULL))).to.equal(true);
      large.close();
      expect(slowed()).to.equal(undefined);
    });

    it('goes back to the main stream when another camera gives its memory back', async () => {
      await openShort();
      const large = watch({});
      await newestIs(large, isDark);
      other.close();
      await newestIs(large, isBright);
      expect(slowed()).to.equal(undefined);
      await waitFor(() => !sessions().includes('/sub'), { message: 'the sub stream to end' });
      large.close();
    });

    it('shows keyframes of the main stream while the sub stream fails', async () => {
      await openShort();
      server.setFault('/sub', { fault: 'refuse' });
      const large = watch({});
      await newestIs(large, isBright);
      await waitFor(() => /keyframes/.test(slowed()?.detail ?? ''));
      server.clearFaults();
      await newestIs(large, isDark);
      large.close();
    });
  });

  it('that allows one session has one connected, chosen by need', async () => {
    await open(1);
    await connect();
    const tile = watch({ width: SUB_WIDTH });
    await newestIs(tile, isDark);
    expect(sessions()).to.deep.equal(['/sub']);
    expect(cameras.statusOf(cameras.get('1'))).to.include({
      connected: true,
      state: 'live',
      width: SUB_WIDTH,
    });
    const large = watch({});
    await newestIs(large, isBright);
    await newestIs(tile, isBright);
    expect(sessions()).to.deep.equal(['/main']);
    large.close();
    await newestIs(tile, isDark);
    expect(isBright(await snapshot(FULL))).to.equal(true);
    await newestIs(tile, isDark);
    tile.close();
    await waitFor(() => sessions().join() === '/main', { message: 'the main stream to be back' });
  });

  it('that allows one session gives it back to the main stream when the sub stream fails', async () => {
    await open(1);
    await connect();
    const tile = watch({ width: SUB_WIDTH });
    await newestIs(tile, isDark);
    server.setFault('/sub', { fault: 'not-found' });
    server.setFault('/sub', { fault: 'drop' });
    await newestIs(tile, isBright);
    expect(sessions()).to.deep.equal(['/main']);
    tile.close();
  });

  it('is asked for a still picture while no stream is connected, once for all who ask', async () => {
    await open();
    const jpeg = clipOf('mjpeg').units[0]?.[0] as Buffer;
    let asked = 0;
    const device = createServer((_request, response) => {
      asked += 1;
      response.setHeader('content-type', 'image/jpeg').end(jpeg);
    }).listen(0, '127.0.0.1');
    await waitFor(() => device.listening);
    const { port } = device.address() as AddressInfo;
    const still: HttpSource = {
      kind: 'http',
      secure: false,
      host: '127.0.0.1',
      port,
      path: '/shot',
      username: '',
      password: '',
    };
    server.setFault('/main', { fault: 'silent' });
    await cameras.put('1', { ...source('/main'), still });
    const pictures = await Promise.all([snapshot(FULL), snapshot(FULL)]);
    expect(pictures.map(({ bytes }) => bytes)).to.deep.equal([jpeg, jpeg]);
    expect(pictures[0]?.ageMs()).to.be.below(3000);
    expect(asked).to.equal(1);
    server.clearFaults();
    await cameras.put('1', { ...source('/main'), still, username: 'again' });
    await waitFor(() => cameras.get('1').connection.state === 'live');
    expect(isBright(await snapshot(FULL))).to.equal(true);
    expect(asked).to.equal(1);
    device.close();
  });
});
