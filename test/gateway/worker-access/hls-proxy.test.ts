import type { Server, ServerResponse } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import { notFound, problemHandler } from '#shared/http/problem.ts';
import { Redactor } from '#shared/redact.ts';
import { type Principal, setPrincipal } from '../../../gateway/auth/principal.ts';
import { videoRoutes } from '../../../gateway/cameras/video-routes.ts';
import { cameraProxies } from '../../../gateway/worker-access/http-proxy.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { WorkerDouble } from '../../doubles/worker-double.ts';
import { mounted } from '../../support/mounted.ts';
import { routingTo } from '../../support/routing.ts';
import { originOf, serve, silentLog, stop } from '../../support/serve.ts';

describe('The HTTP proxy of HLS', () => {
  let worker: WorkerDouble;
  let server: Server;
  let origin: string;
  let kind: Principal['kind'];

  beforeEach(async () => {
    worker = await WorkerDouble.open();
    const pool = new FakePool(['rtsp-0']);
    pool.bringUp('rtsp-0', worker);
    const log = silentLog;
    kind = 'session';
    const app = express();
    app.use((req, _res, next) => {
      setPrincipal(req, { role: 'viewer', kind });
      next();
    });
    const { files } = cameraProxies({ routing: routingTo(pool), log });
    app.use(mounted(videoRoutes(files)));
    app.use(notFound);
    app.use(problemHandler({ log, redactor: new Redactor() }));
    server = await serve(app);
    origin = originOf(server);
  });

  afterEach(async () => {
    stop(server);
    await worker.close();
  });

  for (const path of [
    '/hls/1/index.m3u8',
    '/hls/1/index.m3u8?_HLS_msn=7&_HLS_part=2',
    '/hls/1/init-7.mp4',
    '/hls/1/seg-7.m4s',
    '/hls/1/part-7-2.m4s',
  ]) {
    it(`passes ${path} on to the worker of the camera`, async () => {
      worker.answers.set(`GET ${path.split('?')[0]}`, (_request, response) => {
        response.setHeader('Cache-Control', 'no-store');
        response.end('of the worker');
      });
      const response = await fetch(`${origin}${path}`);
      expect([response.status, await response.text()]).to.deep.equal([200, 'of the worker']);
      expect(response.headers.get('cache-control')).to.equal('no-store');
      expect(worker.requests.at(-1)?.url).to.equal(path);
    });
  }

  for (const [who, given, playlist, segment] of [
    ['of a browser that signed in', 'session', 'no-store', 'private, max-age=60, immutable'],
    ['with a token in a header', 'token', 'no-store', 'private, max-age=60, immutable'],
    ['with a ticket in the address', 'ticket', 'no-store', 'public, max-age=60, immutable'],
    ['where no sign-in is needed', 'open', 'no-store', 'public, max-age=60, immutable'],
  ] as const) {
    it(`says which answers a shared cache may keep to a request ${who}`, async () => {
      kind = given;
      const answer = (control: string) => (_request: unknown, response: ServerResponse) =>
        response.setHeader('Cache-Control', control).end('of the worker');
      worker.answers.set('GET /hls/1/index.m3u8', answer('no-store'));
      worker.answers.set('GET /hls/1/seg-7.m4s', answer('private, max-age=60, immutable'));
      const controlOf = async (file: string): Promise<string | null> =>
        (await fetch(`${origin}/hls/1/${file}`)).headers.get('cache-control');
      expect([await controlOf('index.m3u8'), await controlOf('seg-7.m4s')]).to.deep.equal([
        playlist,
        segment,
      ]);
    });
  }

  for (const path of [
    '/hls/2/index.m3u8',
    '/hls/1/secret.txt',
    '/hls/1/index.m3u8.bak',
    '/hls/1/seg-..%2F..%2Fhealth.m4s',
    '/hls/1',
    '/hls/1/seg-1/2.m4s',
  ]) {
    it(`does not ask the worker for ${path}`, async () => {
      expect((await fetch(`${origin}${path}`)).status).to.equal(404);
      expect(worker.requests).to.deep.equal([]);
    });
  }

  it('lets hundreds of players wait for the next part of a camera', async () => {
    const players = 300;
    const waiting: ServerResponse[] = [];
    worker.answers.set('GET /hls/1/index.m3u8', (_request, response) => {
      waiting.push(response);
      if (waiting.length === players) for (const each of waiting) each.end('the next part');
    });
    const answers = await Promise.all(
      Array.from({ length: players }, () => fetch(`${origin}/hls/1/index.m3u8?_HLS_msn=7`)),
    );
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]));
  });

  it('accepts no writes', async () => {
    expect((await fetch(`${origin}/hls/1/index.m3u8`, { method: 'POST' })).status).to.equal(404);
    expect(worker.requests).to.deep.equal([]);
  });
});
