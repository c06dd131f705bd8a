import type { Server } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import { problemHandler } from '#shared/http/problem.ts';
import { Redactor } from '#shared/redact.ts';
import { SESSION_NUMBER_HEADER } from '#shared/worker-protocol.ts';
import { webrtcRoutes } from '../../../gateway/webrtc/routes.ts';
import { SessionRouter } from '../../../gateway/webrtc/session-router.ts';
import { whepRoutes } from '../../../gateway/webrtc/whep-routes.ts';
import type { CameraRouting } from '../../../gateway/worker-access/camera-routing.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { type Answer, refuseWith, WorkerDouble } from '../../doubles/worker-double.ts';
import { getJson, postJson } from '../../support/http.ts';
import { mounted } from '../../support/mounted.ts';
import { routingTo } from '../../support/routing.ts';
import { originOf, serve, silentLog, stop } from '../../support/serve.ts';

const NAMES = ['rtsp-0', 'rtsp-1'];
const CAMERAS = ['1', 'front_door', '3', '4'];

/** Answers with JSON. */
const json =
  (body: object): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  };

describe('WebRTC signalling through the gateway', () => {
  let workers: WorkerDouble[];
  let pool: FakePool;
  let routing: CameraRouting;
  let server: Server;
  let origin: string;

  beforeEach(async () => {
    workers = [await WorkerDouble.open(), await WorkerDouble.open()];
    pool = new FakePool(NAMES);
    NAMES.forEach((name, index) => void pool.bringUp(name, workers[index] as WorkerDouble));
    routing = routingTo(pool, { workers: NAMES, ids: CAMERAS });
    const log = silentLog;
    const router = new SessionRouter({
      routing,
      log,
    });
    const app = express().use(mounted(webrtcRoutes(router), whepRoutes(router)));
    app.use(problemHandler({ log, redactor: new Redactor() }));
    server = await serve(app);
    origin = originOf(server);
  });

  afterEach(async () => {
    stop(server);
    await Promise.all(workers.map((worker) => worker.close()));
  });

  const workerOf = (cameraId: string) => workers[NAMES.indexOf(routing.nameOf(cameraId))] as WorkerDouble;

  /** Lets a camera's worker open sessions. */
  function offerFrom(cameraId: string): void {
    workerOf(cameraId).answers.set(`POST /api/webrtc/stream/${cameraId}`, (request, response) => {
      const sessionId = `${cameraId}_${request.headers[SESSION_NUMBER_HEADER]}`;
      json({ success: true, sessionId, cameraId, offer: {}, websocketUrl: 'ws://127.0.0.1:8082/x' })(
        request,
        response,
      );
    });
  }

  it('numbers sessions over all cameras and workers', async () => {
    expect(new Set(CAMERAS.map((id) => routing.nameOf(id))).size).to.equal(2);
    const ids: string[] = [];
    for (const cameraId of CAMERAS) {
      offerFrom(cameraId);
      ids.push((await postJson(`${origin}/api/webrtc/stream/${cameraId}`, {})).body.sessionId);
    }
    expect(ids).to.deep.equal(['1_0', 'front_door_1', '3_2', '4_3']);
    expect((await postJson(`${origin}/api/webrtc/offer`, { cameraId: 1 })).body.sessionId).to.equal('1_4');
  });

  it('counts no session that it does not even ask for', async () => {
    offerFrom('1');
    expect((await postJson(`${origin}/api/webrtc/stream/9`, {})).body.code).to.equal('camera-not-found');
    expect((await postJson(`${origin}/api/webrtc/stream/1`, {})).body.sessionId).to.equal('1_0');
  });

  it('names the socket as this client reaches it', async () => {
    offerFrom('1');
    const response = await fetch(`${origin}/api/webrtc/stream/1`, {
      method: 'POST',
      headers: {
        'X-Forwarded-Host': 'cameras.example',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Prefix': '/gw',
      },
    });
    expect(((await response.json()) as { websocketUrl: string }).websocketUrl).to.equal(
      'wss://cameras.example/gw/ws/webrtc/1_0',
    );
  });

  it('passes answer and candidate to the worker whose session it is', async () => {
    for (const path of ['/api/webrtc/answer', '/api/webrtc/candidate']) {
      const worker = workerOf('front_door');
      worker.answers.set(`POST ${path}`, json({ success: true }));
      offerFrom('front_door');
      const opened = await postJson(`${origin}/api/webrtc/stream/front_door`, {});
      const body = { sessionId: opened.body.sessionId, sdp: 'v=0', candidate: 'candidate:1' };
      expect((await postJson(`${origin}${path}`, body)).body).to.deep.equal({ success: true });
      expect(JSON.parse(worker.seen('POST', path)[0]?.body ?? '')).to.deep.equal(body);
    }
  });

  it('passes on what a worker says against it', async () => {
    offerFrom('1');
    await postJson(`${origin}/api/webrtc/stream/1`, {});
    workerOf('1').answers.set(
      'POST /api/webrtc/answer',
      refuseWith(406, { code: 'webrtc-unsupported-codec' }),
    );
    const answer = await postJson(`${origin}/api/webrtc/answer`, { sessionId: '1_0', sdp: 'v=0' });
    expect([answer.status, answer.body.code]).to.deep.equal([406, 'webrtc-unsupported-codec']);
    expect(answer.headers.get('content-type')).to.equal('application/problem+json');
  });

  it('lists the sessions of every worker, those apart that do not answer', async () => {
    workers.forEach((worker, index) => {
      worker.answers.set('GET /api/streams/status', json({ sessions: [{ sessionId: `${index}_0` }] }));
    });
    const status = () => getJson(`${origin}/api/streams/status`);
    expect((await status()).body).to.deep.equal({
      activeSessions: 2,
      sessions: [{ sessionId: '0_0' }, { sessionId: '1_0' }],
    });
    await workers[0]?.close();
    workers[0] = await WorkerDouble.open();
    expect((await status()).body.sessions).to.deep.equal([{ sessionId: '1_0' }]);
  });

  it('says when to come back while a worker is away, and has it looked after', async () => {
    const name = routing.nameOf('1');
    await workerOf('1').close();
    const broken = await postJson(`${origin}/api/webrtc/stream/1`, {});
    expect([broken.status, broken.body.code]).to.deep.equal([503, 'worker-not-ready']);
    expect(pool.probed).to.deep.equal([name]);
    pool.takeDown(name, { retryAfterMs: 2500 });
    expect((await postJson(`${origin}/api/webrtc/stream/1`, {})).headers.get('retry-after')).to.equal('3');
    workers[NAMES.indexOf(name)] = await WorkerDouble.open();
  });

  const malformed: [string, string, unknown, number][] = [
    ['a session id without a number', '/answer', { sessionId: '1', sdp: 'v=0' }, 404],
    ['a session of an unknown camera', '/answer', { sessionId: '9_0', sdp: 'v=0' }, 404],
    ['a session id that is a path', '/candidate', { sessionId: '../../internal/cameras_0' }, 404],
    ['a session id that is an object', '/candidate', { sessionId: {} }, 400],
    ['no session id', '/answer', {}, 400],
    ['no JSON', '/answer', '{', 400],
    ['no camera', '/offer', {}, 400],
    ['half a character as camera', '/offer', { cameraId: '\ud800' }, 400],
  ];
  for (const [name, path, body, status] of malformed) {
    it(`refuses ${name}, and no worker hears of it`, async () => {
      const answer = await postJson(`${origin}/api/webrtc${path}`, body);
      expect(answer.status).to.equal(status);
      if (path === '/offer') expect(answer.body.field).to.equal('cameraId');
      expect(workers.flatMap(({ requests }) => requests)).to.deep.equal([]);
    });
  }

  describe('by WHEP', () => {
    const SDP = { 'Content-Type': 'application/sdp' };

    beforeEach(() => {
      workerOf('1').answers.set('POST /whep/1', (request, response) => {
        response.writeHead(201, {
          'Content-Type': 'application/sdp',
          Location: `../whep/1/1_${request.headers[SESSION_NUMBER_HEADER]}`,
          ETag: '"tag"',
          Link: ['<stun:a>; rel="ice-server"', '<stun:b>; rel="ice-server"'],
          'Accept-Patch': 'application/trickle-ice-sdpfrag',
          'X-Inner': 'secret',
        });
        response.end('v=0\r\n');
      });
    });

    const post = (headers: Record<string, string> = {}, path = '/whep/1') =>
      fetch(`${origin}${path}`, { method: 'POST', headers: { ...SDP, ...headers }, body: 'v=0\r\n' });

    it('passes offer and answer on with the headers that belong to them, and no others', async () => {
      const response = await post({ Cookie: 'mine', Authorization: 'Bearer mine' });
      expect([response.status, await response.text()]).to.deep.equal([201, 'v=0\r\n']);
      expect(response.headers.get('etag')).to.equal('"tag"');
      expect(response.headers.get('link')).to.equal('<stun:a>; rel="ice-server", <stun:b>; rel="ice-server"');
      expect(response.headers.get('x-inner')).to.equal(null);
      const [seen] = workerOf('1').seen('POST', '/whep/1');
      expect(seen?.body).to.equal('v=0\r\n');
      expect(seen?.headers).to.include({ 'content-type': 'application/sdp' });
      expect(seen?.headers).to.not.have.any.keys('cookie', 'authorization');
    });

    it('gives a location that holds at its root, behind a prefix that is told and behind one that is not', async () => {
      const at = async (headers?: Record<string, string>, path?: string) =>
        (await post(headers, path)).headers.get('location') as string;
      expect(new URL(await at(), `${origin}/whep/1`).pathname).to.equal('/whep/1/1_0');
      expect(new URL(await at(), `${origin}/hidden/whep/1`).pathname).to.equal('/hidden/whep/1/1_1');
      expect(new URL(await at({}, '/whep/1/'), `${origin}/whep/1/`).pathname).to.equal('/whep/1/1_2');
      expect(await at({ 'X-Forwarded-Prefix': '/gw' })).to.equal('/gw/whep/1/1_3');
    });

    it('passes PATCH and DELETE of a session on', async () => {
      const worker = workerOf('1');
      await post();
      worker.answers.set('PATCH /whep/1/1_0', (_request, response) => response.writeHead(204).end());
      worker.answers.set('DELETE /whep/1/1_0', (_request, response) => response.writeHead(200).end());
      const headers = { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '"tag"' };
      const patch = await fetch(`${origin}/whep/1/1_0`, { method: 'PATCH', headers, body: 'a=x' });
      expect(patch.status).to.equal(204);
      expect(worker.seen('PATCH', '/whep/1/1_0')[0]).to.deep.include({ body: 'a=x' });
      expect(worker.seen('PATCH', '/whep/1/1_0')[0]?.headers).to.include({ 'if-match': '"tag"' });
      expect((await fetch(`${origin}/whep/1/1_0`, { method: 'DELETE' })).status).to.equal(200);
    });

    it('tells the methods of endpoint and session', async () => {
      const endpoint = await fetch(`${origin}/whep/1`, { method: 'OPTIONS' });
      expect([endpoint.status, endpoint.headers.get('accept-post')]).to.deep.equal([204, 'application/sdp']);
      expect((await fetch(`${origin}/whep/1`)).status).to.equal(405);
      const session = await fetch(`${origin}/whep/1/1_0`, { method: 'OPTIONS' });
      expect(session.headers.get('allow')).to.equal('DELETE, OPTIONS, PATCH');
    });

    it('refuses unknown cameras and sessions', async () => {
      expect((await post({}, '/whep/9')).status).to.equal(404);
      expect((await fetch(`${origin}/whep/1/none`, { method: 'DELETE' })).status).to.equal(404);
    });
  });
});
