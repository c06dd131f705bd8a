import { expect } from 'chai';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { CameraSet } from '../../../../workers/rtsp/camera/camera-set.ts';
import { ConnectLimiter } from '../../../../workers/rtsp/camera/connect-limiter.ts';
import { Ffmpeg } from '../../../../workers/rtsp/ffmpeg/ffmpeg.ts';
import { createHttpSource } from '../../../../workers/rtsp/source/http/http-source.ts';
import { createRtspSource } from '../../../../workers/rtsp/source/rtsp/rtsp-source.ts';
import { createRunSource } from '../../../../workers/rtsp/source/run-source.ts';
import type { RtspServer } from '../../../../workers/simulator/server/rtsp-server.ts';
import { cameraSource } from '../../../support/camera-source.ts';
import { rejection } from '../../../support/errors.ts';
import { CLIP_HEIGHT, CLIP_WIDTH, openTestCameras } from '../../../support/test-clip.ts';
import { waitFor } from '../../../support/wait-for.ts';

const POLICY = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [{ first: 1, last: 65_535 }],
  ownPorts: [],
};

describe('Trying a camera', () => {
  let server: RtspServer;
  let cameras: CameraSet;
  const never = new AbortController().signal;

  before(async () => {
    server = await openTestCameras(['/1', '/silent']);
    server.setFault('/silent', { fault: 'silent' });
  });
  after(() => server.close());
  const open = (maxPixels: number): CameraSet => {
    const redactor = new Redactor();
    const log = createLogger({ name: 'test', level: 'silent', redactor });
    return new CameraSet({
      runSource: createRunSource({
        rtsp: createRtspSource({ policy: POLICY }),
        http: createHttpSource({ policy: POLICY }),
        video: async () => {
          throw new Error('no video is tried here');
        },
      }),
      media: new Ffmpeg({ maxPixels, log }).media,
      maxPixels,
      limiter: new ConnectLimiter(),
      redactor,
      log,
    });
  };
  beforeEach(() => {
    cameras = open(64_000_000);
  });
  afterEach(() => cameras.close());

  const sourceOf = (path: string) =>
    cameraSource(server.port, { host: '127.0.0.1', path, username: '', password: '' });

  it('tells what its first picture was, and leaves nothing behind', async () => {
    const { codec, width, height, ms } = await cameras.test(sourceOf('/1'), never);
    expect({ codec, width, height }).to.deep.equal({ codec: 'h264', width: CLIP_WIDTH, height: CLIP_HEIGHT });
    expect(ms).to.be.at.least(0);
    expect(cameras.list()).to.deep.equal([]);
    await waitFor(() => server.stats().connections === 0);
  });

  it('tells what is wrong, and does not try again', async () => {
    const { code } = await rejection(cameras.test(sourceOf('/nowhere'), never));
    expect(code).to.equal('camera-path-not-found');
    expect(cameras.list()).to.deep.equal([]);
  });

  it('ends when the client has gone', async () => {
    const gone = new AbortController();
    const trial = rejection(cameras.test(sourceOf('/silent'), gone.signal));
    await waitFor(() => server.stats().connections > 0);
    gone.abort();
    expect((await trial).code).to.equal('camera-replaced');
    await waitFor(() => server.stats().connections === 0);
  });

  it('limits simultaneous tests, and sends Retry-After', async () => {
    const gone = new AbortController();
    const trials = Array.from({ length: 4 }, () => rejection(cameras.test(sourceOf('/silent'), gone.signal)));
    const { code, retryAfter } = await rejection(cameras.test(sourceOf('/1'), never));
    expect([code, retryAfter]).to.deep.equal(['worker-busy', 5]);
    gone.abort();
    await Promise.all(trials);
    await cameras.test(sourceOf('/1'), never);
  });

  for (const transport of ['tcp', 'udp'] as const) {
    it(`refuses a camera with too large pictures by a code of its own, over ${transport}`, async () => {
      await cameras.close();
      cameras = open(CLIP_WIDTH * CLIP_HEIGHT - 1);
      const { code } = await rejection(cameras.test({ ...sourceOf('/1'), transport }, never));
      expect(code).to.equal('camera-picture-too-large');
    });
  }
});
