import { expect } from 'chai';
import type { ProbedStream, ProbeStep } from '#shared/client/api-types.ts';
import { GatewayClient } from '#shared/client/client.ts';
import { jpegSize } from '#shared/media/jpeg-size.ts';
import { createRtspServer, type RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { LoopSource } from '../../workers/simulator/server/stream/loop-source.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { CLIP_HEIGHT, CLIP_WIDTH, testClip } from '../support/test-clip.ts';
import { pcmuTone } from '../support/tone.ts';
import { waitFor } from '../support/wait-for.ts';
import { encodeMaterial } from '../workers/simulator/support/material.ts';

/** What a call of the client rejects with. */
const rejection = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );
const LOGIN = { username: 'admin', password: 'S3cr3tC4nary' };
const FPS = 30;

describe('Finding a camera by its address', function () {
  this.timeout(60_000);
  let gateway: RunningProcess;
  let camera: RtspServer;
  let client: GatewayClient;

  before(async () => {
    const units = await testClip();
    const small = await encodeMaterial('hevc', { width: 160, height: 128, count: 30, keyframeDistance: 15 });
    camera = createRtspServer({
      credentials: LOGIN,
      manners: { server: null, realm: 'IP Camera(C1214)', offersBasic: true },
      streams: new Map([
        [
          '/Streaming/Channels/101',
          new LoopSource({ codec: 'h264', units, framesPerSecond: FPS, audio: pcmuTone() }),
        ],
        ['/Streaming/Channels/102', new LoopSource({ codec: 'hevc', units: small, framesPerSecond: FPS })],
      ]),
    });
    await camera.listen();
    gateway = await startGateway({ RTSP_WORKERS: '1' });
    client = new GatewayClient({ baseUrl: gateway.origin });
    await waitFor(async () => (await getJson(`${gateway.origin}/health`)).body.status === 'ok');
  });
  after(async () => {
    await gateway?.end();
    await camera?.close();
  });

  const place = () => ({ ip: '127.0.0.1', port: camera.port, ...LOGIN });

  it('tells its streams as they are found, with a picture of each', async () => {
    const [steps, streams]: [ProbeStep[], ProbedStream[]] = [[], []];
    const answer = await client.cameras.probe(place(), {
      onStep: (step) => steps.push(step),
      onStream: (stream) => streams.push(stream),
    });
    expect(steps.map(({ step, ok }) => `${step} ${ok}`)).to.deep.equal([
      'reachable true',
      'rtsp true',
      'password true',
      'streams true',
    ]);
    expect(answer).to.include({ ip: '127.0.0.1', vendor: 'Hikvision' });
    expect(answer.streams).to.deep.equal(streams);
    const [main, sub] = streams as [ProbedStream, ProbedStream];
    expect(main).to.include({
      url: `rtsp://admin:***@127.0.0.1:${camera.port}/Streaming/Channels/101`,
      ...{ role: 'main', codec: 'h264', width: CLIP_WIDTH, height: CLIP_HEIGHT, audio: 'pcmu' },
      streamPath: '/Streaming/Channels/101',
    });
    // Both are measured by arrival, and a busy machine holds packets back.
    expect(main.fps).to.be.closeTo(FPS, 10);
    expect(main.keyframeIntervalMs).to.be.closeTo(500, 200);
    expect(main.playable).to.deep.equal(['webrtc', 'mse', 'hls', 'mjpeg']);
    expect(sub).to.include({ role: 'sub', codec: 'hevc', width: 160, height: 128 });
    expect(sub.playable).to.deep.equal(['mjpeg']);
    for (const { previewUrl } of streams) {
      const response = await fetch(`${gateway.origin}${previewUrl}`);
      expect(response.headers.get('content-type')).to.equal('image/jpeg');
      expect(jpegSize(Buffer.from(await response.arrayBuffer()))?.width).to.be.at.least(160);
    }
    await waitFor(() => camera.stats().connections === 0);
  });

  it('answers as a whole to who takes JSON, and stores what it found', async () => {
    const { status, body } = await postJson(`${gateway.origin}/api/cameras/probe`, place());
    expect([status, body.streams.length, body.steps.length]).to.deep.equal([200, 2, 4]);
    const { port, streamPath, secure } = body.streams[0];
    const stored = await client.cameras.create({
      id: 'yard',
      ip: body.ip,
      ...LOGIN,
      port,
      streamPath,
      secure,
    });
    await waitFor(async () => (await client.cameras.status(stored.id)).connected);
    await client.cameras.delete('yard');
  });

  it('says that the password is wrong', async () => {
    const { steps, streams } = await client.cameras.probe({ ...place(), password: 'guess' });
    expect(streams).to.deep.equal([]);
    expect(steps.at(-1)).to.include({ step: 'password', ok: false, code: 'camera-unauthorized' });
  });

  it('takes a URL apart, and refuses what is no camera', async () => {
    const { steps } = await client.cameras.probe({ url: `127.0.0.1:${camera.port}` });
    expect(steps.at(-1)).to.include({ step: 'password', ok: false });
    for (const [wrong, code, field] of [
      [{}, 'missing-field', 'ip'],
      [{ ip: '127.0.0.1', url: 'rtsp://127.0.0.1' }, 'invalid-field', 'url'],
      [{ ip: '127.0.0.1', pasword: 'x' }, 'invalid-field', 'pasword'],
      [{ ip: '169.254.169.254' }, 'camera-address-denied', 'ip'],
      [{ url: 'rtsp://169.254.169.254/1' }, 'camera-address-denied', 'url'],
      [{ url: 'ftp://127.0.0.1/1' }, 'invalid-field', 'url'],
    ] as const)
      expect(await rejection(client.cameras.probe(wrong as object))).to.include({ code, field });
  });

  it('ends at the camera when the client leaves', async () => {
    const leaving = new AbortController();
    const asked = client.cameras.probe(place(), { signal: leaving.signal, onStep: () => leaving.abort() });
    await rejection(asked);
    await waitFor(() => camera.stats().connections === 0);
  });

  it('keeps the password out of its log', () => {
    expect(gateway.output()).to.not.include(LOGIN.password);
  });
});
