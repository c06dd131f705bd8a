import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { problemHandler } from '#shared/http/problem.ts';
import { Redactor } from '#shared/redact.ts';
import { pictureRoutes } from '../../../gateway/cameras/picture-routes.ts';
import type { CameraRouting } from '../../../gateway/worker-access/camera-routing.ts';
import { cameraProxies, type HttpProxyOptions } from '../../../gateway/worker-access/http-proxy.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { neverAnswer, refuseWith, WorkerDouble } from '../../doubles/worker-double.ts';
import { getJson } from '../../support/http.ts';
import { mounted } from '../../support/mounted.ts';
import { routingTo } from '../../support/routing.ts';
import { originOf, serve, silentLog, stop } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

const SHORT_MS = 1000;

describe('The HTTP proxy', () => {
  let worker: WorkerDouble;
  let pool: FakePool;
  let routing: CameraRouting;
  let server: Server;
  let api: string;

  beforeEach(async () => {
    worker = await WorkerDouble.open();
    pool = new FakePool(['rtsp-0']);
    pool.bringUp('rtsp-0', worker);
    await openProxy();
  });

  afterEach(async () => {
    closeProxy();
    await worker.close();
  });

  async function openProxy(timings: Pick<HttpProxyOptions, 'answerMs' | 'idleMs'> = {}): Promise<void> {
    const log = silentLog;
    const app = express();
    routing = routingTo(pool);
    const proxies = cameraProxies({ routing, log, ...timings });
    app.use(mounted(pictureRoutes(proxies)));
    app.use(problemHandler({ log, redactor: new Redactor() }));
    server = await serve(app);
    api = `${originOf(server)}/api/cameras`;
  }

  function closeProxy(): void {
    stop(server);
  }

  it('passes status and frame on to the worker under the same path, query included', async () => {
    for (const path of ['/1/status', '/1/frame?width=320&quality=50']) {
      const { status } = await getJson(`${api}${path}`);
      expect(status).to.equal(200);
      expect(worker.requests.at(-1)?.url).to.equal(`/api/cameras${path}`);
    }
  });

  it('passes HEAD on, and the question whether a picture is still the newest', async () => {
    const response = await fetch(`${api}/1/frame`, { method: 'HEAD', headers: { 'If-None-Match': '"x"' } });
    expect(response.status).to.equal(200);
    expect(worker.requests.at(-1)).to.deep.include({ method: 'HEAD' });
    expect(worker.requests.at(-1)?.headers['if-none-match']).to.equal('"x"');
  });

  it('tells the worker nothing about the client, and sends it the token for any claim of the client', async () => {
    await getJson(`${api}/1/status`, {
      Authorization: 'Bearer secret',
      Cookie: 'a=b',
      Forwarded: 'for=1.2.3.4',
      'X-Forwarded-For': '1.2.3.4',
      'X-Real-Ip': '1.2.3.4',
      'X-Worker-Token': 'guessed',
    });
    const { headers } = worker.requests[0] as { headers: IncomingMessage['headers'] };
    expect(headers).to.not.have.any.keys(
      'authorization',
      'cookie',
      'forwarded',
      'x-forwarded-for',
      'x-real-ip',
    );
    expect(headers['x-worker-token']).to.equal(worker.token);
  });

  it('does not pass on what the worker says of its own connection', async () => {
    const { headers } = await getJson(`${api}/1/status`);
    expect(headers.get('keep-alive')).to.not.equal('timeout=1');
  });

  it('asks no worker for a camera the gateway does not know', async () => {
    const { status, body } = await getJson(`${api}/2/frame`);
    expect([status, body.code]).to.deep.equal([404, 'camera-not-found']);
    expect(worker.requests).to.deep.equal([]);
  });

  it('lets no other route and no other method through', async () => {
    const attempts = [
      ['GET', '/1'],
      ['GET', '/1/frame/more'],
      ['GET', '/1/..%2f..%2f..%2finternal%2fcameras'],
      ['POST', '/1/status'],
      ['DELETE', '/1/frame'],
    ] as const;
    for (const [method, path] of attempts) {
      expect((await fetch(`${api}${path}`, { method })).status, `${method} ${path}`).to.equal(404);
    }
    expect(worker.requests).to.deep.equal([]);
  });

  it('keeps a body that comes with a GET inside its own request', async () => {
    const smuggled = 'GET /internal/cameras HTTP/1.1\r\nHost: x\r\n\r\n';
    const { port, hostname } = new URL(api);
    const socket = connectTcp(Number(port), hostname);
    socket.write(
      `GET /api/cameras/1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).to.match(/^HTTP\/1\.1 200 /);
    await once(socket, 'close');
    expect(worker.requests.map(({ url }) => url)).to.deep.equal(['/api/cameras/1/status']);
    expect(worker.requests[0]?.body).to.equal(smuggled);
  });

  it('passes the problem of a worker on as it is', async () => {
    worker.answers.set(
      'GET /api/cameras/1/frame',
      refuseWith(503, { code: 'stale-frame' }, { 'Retry-After': '1' }),
    );
    const { status, body, headers } = await getJson(`${api}/1/frame`);
    expect([status, body.code, headers.get('retry-after')]).to.deep.equal([503, 'stale-frame', '1']);
  });

  it('answers 503 with the time of the next attempt while the worker is not ready', async () => {
    pool.takeDown('rtsp-0', { retryAfterMs: 3200 });
    const { status, body, headers } = await getJson(`${api}/1/frame`);
    expect([status, body.code, body.state]).to.deep.equal([503, 'worker-not-ready', 'backoff']);
    expect(headers.get('retry-after')).to.equal('4');
  });

  it('answers 503 and has the worker probed when its port is closed', async () => {
    await worker.close();
    const { status, body } = await getJson(`${api}/1/frame`);
    expect([status, body.code]).to.deep.equal([503, 'worker-not-ready']);
    expect(pool.probed).to.deep.equal(['rtsp-0']);
    worker = await WorkerDouble.open();
  });

  it('answers 502 when the worker breaks off before it answered', async () => {
    worker.answers.set('GET /api/cameras/1/frame', (request) => request.socket.destroy());
    const { status, body } = await getJson(`${api}/1/frame`);
    expect([status, body.code]).to.deep.equal([502, 'worker-failed']);
  });

  it('F52: answers 504 for a worker that accepts and never answers', async () => {
    closeProxy();
    await openProxy({ answerMs: SHORT_MS });
    worker.answers.set('GET /api/cameras/1/frame', neverAnswer);
    const startedAt = performance.now();
    const { status, body } = await getJson(`${api}/1/frame`);
    expect([status, body.code]).to.deep.equal([504, 'worker-timeout']);
    expect(performance.now() - startedAt).to.be.at.least(SHORT_MS - 5);
    expect(pool.probed).to.include('rtsp-0');
  });

  it('F52: refuses the 65th simultaneous request immediately, and accepts more when others are done', async () => {
    const held: (() => void)[] = [];
    worker.answers.set('GET /api/cameras/1/frame', (_request, response) => {
      held.push(() => response.end('{}'));
    });
    const first = Array.from({ length: 64 }, () => getJson(`${api}/1/frame`));
    await waitFor(() => held.length === 64);
    const { status, body, headers } = await getJson(`${api}/1/frame`);
    expect([status, body.code, headers.get('retry-after')]).to.deep.equal([503, 'worker-busy', '1']);
    for (const answer of held) answer();
    await Promise.all(first);
    worker.answers.clear();
    expect((await getJson(`${api}/1/frame`)).status).to.equal(200);
  });

  it('F53: ends the stream at the worker when the client leaves', async () => {
    const { request, response } = await openStream();
    response.resume();
    expect(worker.openStreams).to.equal(1);
    request.destroy();
    await waitFor(() => worker.openStreams === 0);
  });

  it('F17: aborts a stream immediately when the worker dies', async () => {
    const { response } = await openStream();
    const failed = once(response, 'error');
    response.resume();
    await worker.close();
    await failed;
    expect(response.complete).to.equal(false);
    worker = await WorkerDouble.open();
  });

  it('aborts a stream of a worker that is cut off when the camera moves, but no answer that is waited for', async () => {
    let answer = (): void => {};
    worker.answers.set('GET /api/cameras/1/frame', (_request, response) => {
      answer = () => response.end('{}');
    });
    const asked = getJson(`${api}/1/frame`);
    const { response } = await openStream();
    const failed = once(response, 'error');
    response.resume();
    routing.place('1', 'rtsp-1');
    await failed;
    await waitFor(() => worker.openStreams === 0);
    answer();
    expect((await asked).status).to.equal(200);
  });

  it('ends a stream that stays silent', async () => {
    closeProxy();
    await openProxy({ idleMs: SHORT_MS });
    const { response } = await openStream();
    response.resume();
    await waitFor(() => response.closed);
    await waitFor(() => worker.openStreams === 0);
  });

  async function openStream() {
    const request = httpRequest(`${api}/1/stream.mjpeg`).on('error', () => {});
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.on('error', () => {});
    return { request, response };
  }
});
