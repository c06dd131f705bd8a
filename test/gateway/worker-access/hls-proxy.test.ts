import type { Server } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import { notFound, problemHandler } from '#shared/http/problem.ts';
import { Redactor } from '#shared/redact.ts';
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

  beforeEach(async () => {
    worker = await WorkerDouble.open();
    const pool = new FakePool(['rtsp-0']);
    pool.bringUp('rtsp-0', worker);
    const log = silentLog;
    const app = express();
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

  it('accepts no writes', async () => {
    expect((await fetch(`${origin}/hls/1/index.m3u8`, { method: 'POST' })).status).to.equal(404);
    expect(worker.requests).to.deep.equal([]);
  });
});
