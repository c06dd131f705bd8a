import { expect } from 'chai';
import type { ProbedDevice, ProbeMessage } from '#shared/contract/probe.ts';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { ConnectLimiter } from '../../../../workers/rtsp/camera/connect-limiter.ts';
import { CameraProbes } from '../../../../workers/rtsp/discovery/probe-camera.ts';
import { Ffmpeg } from '../../../../workers/rtsp/ffmpeg/ffmpeg.ts';
import { createHttpSource } from '../../../../workers/rtsp/source/http/http-source.ts';
import { createRtspSource } from '../../../../workers/rtsp/source/rtsp/rtsp-source.ts';
import { createRunSource } from '../../../../workers/rtsp/source/run-source.ts';
import { createRtspServer, type RtspServer } from '../../../../workers/simulator/server/rtsp-server.ts';
import { LoopSource } from '../../../../workers/simulator/server/stream/loop-source.ts';
import { startOnvifCamera } from '../../../doubles/onvif-camera.ts';
import { rejection } from '../../../support/errors.ts';
import { testClip } from '../../../support/test-clip.ts';
import { encodeMaterial } from '../../simulator/support/material.ts';

const LOGIN = { username: 'admin', password: 'secret' };
const POLICY = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [{ first: 1, last: 65_535 }],
  ownPorts: [],
};

describe('Probing a camera', () => {
  let server: RtspServer;

  before(async () => {
    const units = await testClip();
    server = createRtspServer({
      credentials: LOGIN,
      streams: new Map([['/odd', new LoopSource({ codec: 'h264', units, framesPerSecond: 30 })]]),
    });
    await server.listen();
  });
  after(() => server.close());

  function open(onvif: readonly number[]): CameraProbes {
    const redactor = new Redactor();
    const log = createLogger({ name: 'test', level: 'silent', redactor });
    const guard = { policy: POLICY };
    return new CameraProbes({
      guard,
      ports: { rtsp: [server.port], rtsps: [], onvif },
      camera: {
        runSource: createRunSource({
          rtsp: createRtspSource(guard),
          http: createHttpSource(guard),
          video: async () => {
            throw new Error('no video is tried here');
          },
        }),
        media: new Ffmpeg({ maxPixels: 64_000_000, log }).media,
        limiter: new ConnectLimiter(),
        redactor,
        log,
      },
    });
  }

  async function probe(probes: CameraProbes, signal = new AbortController().signal): Promise<ProbeMessage[]> {
    const messages: ProbeMessage[] = [];
    const target = { host: '127.0.0.1', secure: false, ...LOGIN };
    await probes.run({ target, tell: (message) => void messages.push(message), signal });
    return messages;
  }

  async function deviceWith(still?: Buffer): Promise<ProbedDevice | undefined> {
    const camera = await startOnvifCamera({
      login: LOGIN,
      ...(still && { still }),
      profiles: [
        { token: 'P0', encoding: 'H264', width: 320, height: 240, uri: `rtsp://10.0.0.1:${server.port}/odd` },
      ],
    });
    try {
      const last = (await probe(open([camera.port]))).at(-1);
      const device = last?.type === 'device' ? last.device : undefined;
      return device && { ...device, onvifUrl: String(device.stillUrl?.replace(String(camera.port), 'PORT')) };
    } finally {
      camera.close();
    }
  }

  it('tells where the camera gives still pictures, where one comes', async () => {
    const [picture] = await encodeMaterial('mjpeg', { count: 1 });
    const device = await deviceWith(picture?.data);
    expect(device).to.include({ vendor: 'Example', onvifUrl: 'http://127.0.0.1:PORT/snap.jpg' });
    expect(await deviceWith(Buffer.from('no picture'))).to.not.have.property('stillUrl');
    expect(await deviceWith()).to.not.have.property('stillUrl');
  });

  it('goes on for four clients simultaneously, and no more', async () => {
    const probes = open([]);
    const leaving = new AbortController();
    const running = Array.from({ length: 4 }, () => probe(probes, leaving.signal));
    expect(await rejection(probe(probes))).to.include({ code: 'worker-busy' });
    leaving.abort();
    await Promise.all(running);
    expect((await probe(probes)).at(-1)).to.include({ type: 'device' });
  });
});
