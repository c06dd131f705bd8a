import { expect } from 'chai';
import { WebSocket } from 'ws';
import { AGENT_LINK_PATH, AGENT_TOKEN_HEADER } from '#shared/agent-link.ts';
import { createRtspSource } from '../../workers/rtsp/source/rtsp/rtsp-source.ts';
import { createRtspServer, type RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { LoopSource } from '../../workers/simulator/server/stream/loop-source.ts';
import { cameraSource } from '../support/camera-source.ts';
import { freePort } from '../support/free-port.ts';
import { requestJson } from '../support/http.ts';
import { MseClient } from '../support/mse-client.ts';
import {
  childrenOf,
  isRunning,
  type RunningProcess,
  startAgent,
  startGateway,
} from '../support/processes.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { WebrtcReceiver } from '../support/webrtc-receiver.ts';
import { WsClient } from '../support/ws-client.ts';
import { encodeMaterial } from '../workers/simulator/support/material.ts';

const TOKEN = 'T0kenOfTheAdministrator-0123456789';
const bearer = { authorization: `Bearer ${TOKEN}` };

/** A public gateway, which reaches no private address, and an agent on the cameras' network. */
describe('Cameras of an agent', function () {
  this.timeout(120_000);
  let cameras: RtspServer;
  let gateway: RunningProcess;
  let proxy: TcpProxy;
  let agent: ReturnType<typeof startAgent>;
  let agentToken: string;
  let rtspPort: number;

  before(async () => {
    const units = await encodeMaterial('h264', { count: 10 });
    const source = new LoopSource({ codec: 'h264', units, framesPerSecond: 25 });
    cameras = createRtspServer({ streams: new Map([['/yard', source]]) });
    await cameras.listen();
    rtspPort = await freePort();
    gateway = await startGateway({ ...PUBLIC, RTSP_PORT: String(rtspPort) });
    proxy = await TcpProxy.open(gateway.port);
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok, {
      message: 'the gateway',
      timeoutMs: 40_000,
    });
    const made = await api('/api/agents', { name: 'home' });
    expect(made.status).to.equal(201);
    agentToken = made.body.token;
    agent = startAgent({ GATEWAY_URL: proxy.origin, AGENT_TOKEN: agentToken });
    await isOnline();
    const stored = await api('/api/cameras', { id: 'yard', url: cameras.url('/yard'), agent: 'home' });
    expect(stored.status, JSON.stringify(stored.body)).to.equal(201);
    await isLive();
  });

  after(async () => {
    await agent?.end();
    proxy?.close();
    await gateway?.end();
    await cameras?.close();
  });

  const api = (path: string, body?: object, method = body === undefined ? 'GET' : 'POST') =>
    requestJson(method, `${gateway.origin}${path}`, { body, headers: bearer });
  const list = async () => (await api('/api/agents')).body;
  const metrics = async () => (await fetch(`${gateway.origin}/metrics`, { headers: bearer })).text();
  const status = async () => (await api('/api/cameras/yard/status')).body;
  const isOnline = () =>
    waitFor(async () => (await list())[0]?.state === 'online', { message: 'the agent', timeoutMs: 30_000 });
  const isOffline = () =>
    waitFor(async () => (await list())[0]?.state === 'offline', {
      message: 'the end of the agent',
      timeoutMs: 30_000,
    });
  const isLive = () =>
    waitFor(async () => (await status()).connected === true, { message: 'the camera', timeoutMs: 30_000 });

  it('are listed with it, and it with version, address and latency', async () => {
    const [home] = await list();
    expect(home).to.include({ name: 'home', state: 'online', version: '0.1.0', address: '127.0.0.1' });
    expect(home.cameras).to.deep.equal(['yard']);
    await waitFor(async () => (await list())[0].latencyMs !== null, { message: 'a ping' });
    expect((await api('/api/cameras/yard')).body.agent).to.equal('home');
    expect(await status()).to.include({ agent: 'home', state: 'live', codec: 'h264' });
    const { services } = (await api('/health')).body;
    const kinds = services.rtsp.workers.map(({ name, kind }: { name: string; kind: string }) => [name, kind]);
    expect(kinds).to.deep.include.members([
      ['rtsp-0', 'child'],
      ['agent-home', 'agent'],
    ]);
  });

  it('are analysed at the gateway', async () => {
    const analysis = { motion: true, persons: false, faces: false };
    expect((await api('/api/cameras/yard', { analysis }, 'PATCH')).status).to.equal(200);
    const pictures = /camera_encoded_frames_total\{[^}]*camera="yard"[^}]*\} [1-9]/;
    await waitFor(async () => pictures.test(await metrics()), { message: 'pictures', timeoutMs: 40_000 });
    await api('/api/cameras/yard', { analysis: { ...analysis, motion: false } }, 'PATCH');
  });

  it('send their video over the link once for all viewers, and not at all without any', async () => {
    const viewers = await Promise.all(
      [1, 2, 3].map(() => MseClient.open(gateway.origin, 'yard', { headers: bearer })),
    );
    await waitFor(() => viewers.every(({ binaries }) => binaries.length > 3), { message: 'video' });
    expect((await status()).viewers, 'readers at the agent').to.equal(1);
    for (const viewer of viewers) viewer.close();
    await waitFor(async () => (await status()).viewers === 0, { message: 'the rest', timeoutMs: 40_000 });
  });

  it('give WebRTC an answer that carries their video, after a rest too', async () => {
    const receiver = await WebrtcReceiver.open(gateway.origin, 'yard', () => true, bearer);
    expect(receiver.status).to.equal(200);
    await waitFor(() => receiver.packets.length > 10, { message: 'packets' });
    receiver.close();
  });

  it('give pictures, MJPEG, HLS and MSE as every other', async () => {
    const frame = await fetch(`${gateway.origin}/api/cameras/yard/frame`, { headers: bearer });
    expect([frame.status, frame.headers.get('content-type')]).to.deep.equal([200, 'image/jpeg']);
    // What an agent answers never runs in a page of the gateway.
    expect(frame.headers.get('content-security-policy')).to.match(/sandbox/);
    expect(frame.headers.get('x-frame-sequence')).to.match(/^\d+$/);
    const leave = new AbortController();
    const mjpeg = await fetch(`${gateway.origin}/api/cameras/yard/stream.mjpeg`, {
      headers: bearer,
      signal: leave.signal,
    });
    const first = await mjpeg.body?.getReader().read();
    expect(Buffer.from(first?.value ?? []).toString('latin1')).to.match(/^--/);
    leave.abort();
    const hls = await waitFor(
      async () => {
        const answer = await fetch(`${gateway.origin}/hls/yard/index.m3u8`, { headers: bearer });
        return answer.ok ? answer.text() : undefined;
      },
      { message: 'a playlist' },
    );
    expect(hls).to.match(/^#EXTM3U/);
    const mse = await MseClient.open(gateway.origin, 'yard', { headers: bearer });
    await waitFor(() => mse.binaries.length > 1, { message: 'video' });
    mse.close();
  });

  it('are given on over RTSP, untouched', async () => {
    const abort = new AbortController();
    const policy = {
      isPublic: false,
      allowsLoopback: true,
      allowedNetworks: [],
      allowedPorts: [],
      ownPorts: [],
    };
    const source = cameraSource(rtspPort, {
      host: '127.0.0.1',
      path: '/yard',
      username: 'any',
      password: TOKEN,
    });
    const pictures: boolean[] = [];
    const reader = {
      onTrack: () => {},
      onPacket: ({ keyframe }: { keyframe: boolean }) => {
        pictures.push(keyframe);
        if (pictures.length === 10) abort.abort();
      },
    };
    await createRtspSource({ policy })(source, reader, abort.signal).catch((error: unknown) => {
      if (!abort.signal.aborted) throw error;
    });
    expect(pictures[0]).to.equal(true);
  });

  it('can be tried, probed and searched for there, and are not reached from the gateway itself', async () => {
    const url = cameras.url('/yard');
    expect((await api('/api/cameras/test', { url, agent: 'home' })).body).to.include({ success: true });
    expect((await api('/api/cameras', { id: 'near', url })).body.code).to.equal('camera-address-denied');
    const probed = await api('/api/cameras/probe', { url, agent: 'home' });
    expect(probed.body.streams[0]).to.include({ codec: 'h264' });
    expect((await api('/api/cameras/probe', { url })).body.code).to.equal('camera-address-denied');
    expect((await api('/api/cameras/discover', { agent: 'home' })).body).to.be.an('array');
    const nowhere = await api('/api/cameras/discover', { agent: 'nowhere' });
    expect(nowhere.body).to.include({ code: 'invalid-field', field: 'agent' });
  });

  it('can be connected for one run', async () => {
    const connected = await api('/api/cameras/connect', {
      cameraId: 'guest',
      url: cameras.url('/yard'),
      agent: 'home',
    });
    expect(connected.body).to.include({ success: true });
    expect((await api('/api/cameras/guest/status')).body).to.include({ agent: 'home', connected: true });
    expect((await api('/api/cameras/disconnect', { cameraId: 'guest' })).status).to.equal(200);
  });

  it('keep their viewers and stay up while the link is away', async () => {
    const client = await WsClient.open(gateway.origin, { headers: bearer });
    client.send({ action: 'subscribe', cameraId: 'yard' });
    await waitFor(() => client.frames('yard').length > 2, { message: 'frames' });
    proxy.hang();
    await isOffline();
    expect(await status()).to.include({ connected: false, agent: 'home', reason: 'agent-offline' });
    expect((await api('/api/cameras/yard/frame')).body).to.include({ code: 'agent-offline' });
    let dialled = 0;
    const count = (): void => {
      dialled += 1;
    };
    cameras.on('connection', count);
    proxy.resume();
    const seen = client.frames('yard').length;
    await waitFor(() => client.frames('yard').length > seen + 2, {
      message: 'frames again',
      timeoutMs: 30_000,
    });
    expect(client.closeCode).to.equal(undefined);
    cameras.off('connection', count);
    expect(dialled).to.equal(0);
    client.close();
  });

  it('come back after the worker at the agent died', async () => {
    const [worker] = childrenOf(agent.pid);
    process.kill(worker as number, 'SIGKILL');
    await waitFor(() => childrenOf(agent.pid).some((pid) => pid !== worker), { message: 'a new worker' });
    await isOnline();
    await isLive();
  });

  it('come back after the agent was killed, which leaves nothing behind', async () => {
    const workers = childrenOf(agent.pid);
    await agent.end('SIGKILL');
    await waitFor(() => !workers.some(isRunning), { message: 'the end of its worker' });
    await isOffline();
    agent = startAgent({ GATEWAY_URL: proxy.origin, AGENT_TOKEN: agentToken });
    await isOnline();
    await isLive();
  });

  it('do not let a stolen token reach anything else', async () => {
    const paths = [
      '/api/cameras',
      '/api/cameras/yard/frame',
      '/api/agents',
      '/health',
      '/metrics',
      '/hls/yard/index.m3u8',
    ];
    for (const path of paths)
      for (const headers of [
        { authorization: `Bearer ${agentToken}` },
        { authorization: `Basic ${Buffer.from(`any:${agentToken}`).toString('base64')}` },
        { [AGENT_TOKEN_HEADER]: agentToken },
      ] as Record<string, string>[]) {
        const answer = await fetch(`${gateway.origin}${path}`, { headers });
        const text = await answer.text();
        expect(
          [401, 429].includes(answer.status) || text === '{"status":"ok"}',
          `${path} ${answer.status}`,
        ).to.equal(true);
      }
    expect(await refusalOf('/ws')).to.equal(401);
    expect(await refusalOf(`${AGENT_LINK_PATH}?session=00`)).to.equal(404);
  });

  /** Status of an upgrade with the agent's token. */
  function refusalOf(path: string, token = agentToken): Promise<number | undefined> {
    const socket = new WebSocket(`${gateway.origin.replace('http', 'ws')}${path}`, {
      headers: { [AGENT_TOKEN_HEADER]: token },
    });
    socket.on('error', () => {});
    return new Promise((resolve) =>
      socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode)),
    );
  }

  it('lose an agent immediately that is removed, and it says why', async () => {
    const client = await WsClient.open(gateway.origin, { headers: bearer });
    client.send({ action: 'subscribe', cameraId: 'yard' });
    await waitFor(() => client.frames('yard').length > 0, { message: 'frames' });
    expect((await api('/api/agents/home', undefined, 'DELETE')).status).to.equal(204);
    expect(await list()).to.deep.equal([]);
    await waitFor(async () => (await status()).reason === 'agent-offline', {
      message: 'the end of the agent',
      // A link that is only half open is noticed after ten.
      timeoutMs: 7000,
    });
    await waitFor(() => agent.output().includes('the gateway has removed this agent'), {
      message: 'the log',
    });
    expect(agent.output()).to.not.contain(agentToken);
    expect(await refusalOf(AGENT_LINK_PATH)).to.equal(401);
    client.close();
  });
});

const PUBLIC = {
  PUBLIC: 'on',
  API_TOKEN: TOKEN,
  ALLOW_LOOPBACK_CAMERAS: 'off',
  RTSP_WORKERS: '1',
};
