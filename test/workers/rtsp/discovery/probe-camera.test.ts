import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { ProbedDevice, ProbeMessage, ProbeTarget } from '#shared/contract/probe.ts';
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

  async function probe(
    probes: CameraProbes,
    signal = new AbortController().signal,
    told: Partial<ProbeTarget> = {},
  ): Promise<ProbeMessage[]> {
    const messages: ProbeMessage[] = [];
    const target = { host: '127.0.0.1', secure: false, ...LOGIN, ...told };
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

  describe('whose HTTP address is told', () => {
    /** A camera over HTTP: its page at `/`, pictures at `/cam.jpg`. */
    async function openWeb(answer: (path: string, res: ServerResponse, login?: string) => void) {
      const requests: string[] = [];
      const web = createServer(({ url = '', headers }, res) => {
        requests.push(url);
        answer(url, res, headers.authorization);
      });
      await once(web.listen(0, '127.0.0.1'), 'listening');
      const { port } = web.address() as AddressInfo;
      return { port, requests, close: () => void web.close() };
    }
    const signal = new AbortController().signal;
    const failedStep = (messages: readonly ProbeMessage[]) => {
      const steps = messages.flatMap((message) => (message.type === 'step' ? [message.step] : []));
      return steps.find(({ ok }) => !ok);
    };

    it('finds its streams by ONVIF at that port', async () => {
      const uri = `rtsp://10.0.0.1:${server.port}/odd`;
      const profile = { token: 'P0', encoding: 'H264', width: 320, height: 240, uri } as const;
      const camera = await startOnvifCamera({ login: LOGIN, profiles: [profile] });
      try {
        for (const told of [{ port: camera.port }, { web: { secure: false, port: camera.port } }]) {
          const messages = await probe(open([]), signal, told);
          expect(messages.find(({ type }) => type === 'stream')).to.nested.include({
            'stream.port': server.port,
            'stream.streamPath': '/odd',
          });
        }
      } finally {
        camera.close();
      }
    });

    it('shows the pictures that are there, before anything else is tried', async () => {
      const [picture] = await encodeMaterial('mjpeg', { count: 1 });
      const web = await openWeb((_path, res) => {
        res.setHeader('content-type', 'image/jpeg');
        res.end(picture?.data);
      });
      const told = { web: { secure: false, port: web.port, path: '/cam.jpg' } };
      const messages = await probe(open([]), signal, told);
      web.close();
      const [found, ...further] = messages.flatMap((message) =>
        message.type === 'stream' ? [message.stream] : [],
      );
      expect(further).to.deep.equal([]);
      expect(found).to.include({ codec: 'mjpeg', streamPath: '/cam.jpg', port: web.port, role: 'main' });
      expect(found?.url).to.equal(`http://admin:***@127.0.0.1:${web.port}/cam.jpg`);
      expect(found?.picture).to.be.a('string');
      expect(failedStep(messages)).to.equal(undefined);
    });

    it('looks for the camera behind a web page', async () => {
      const web = await openWeb((_path, res) => {
        res.setHeader('content-type', 'text/html');
        res.end('<h1>Camera</h1>');
      });
      const told = { path: '/odd', web: { secure: false, port: web.port, path: '/login.htm' } };
      const messages = await probe(open([]), signal, told);
      web.close();
      expect(messages.find(({ type }) => type === 'stream')).to.nested.include({
        'stream.streamPath': '/odd',
      });
    });

    it('sends a wrong password to one of its doors only', async () => {
      const web = await openWeb((_path, res) => {
        res.writeHead(401, { 'www-authenticate': 'Basic realm="cam"' });
        res.end();
      });
      const told = { password: 'wrong', web: { secure: false, port: web.port, path: '/cam.jpg' } };
      const messages = await probe(open([web.port]), signal, told);
      web.close();
      expect(failedStep(messages)).to.include({ step: 'password', code: 'camera-unauthorized' });
      expect(web.requests.filter((path) => path !== '/cam.jpg')).to.deep.equal([]);
    });
  });

  it('says which port does not speak RTSP', async () => {
    const web = createServer((_req, res) => res.end('no camera'));
    await once(web.listen(0, '127.0.0.1'), 'listening');
    const { port } = web.address() as AddressInfo;
    const messages = await probe(open([]), undefined, { port });
    web.close();
    const step = messages.flatMap((message) => (message.type === 'step' ? [message.step] : [])).at(-1);
    expect(step).to.include({ step: 'rtsp', ok: false, detail: `Port ${port} answers, but not in RTSP` });
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
