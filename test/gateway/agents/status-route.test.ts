import type { Server } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import { statusHandler } from '../../../gateway/agents/status-route.ts';
import type { KnownCamera } from '../../../gateway/cameras/camera-directory.ts';
import { pictureRoutes } from '../../../gateway/cameras/picture-routes.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { neverAnswer, refuseWith, WorkerDouble } from '../../doubles/worker-double.ts';
import { getJson } from '../../support/http.ts';
import { mounted } from '../../support/mounted.ts';
import { routingTo } from '../../support/routing.ts';
import { originOf, problems, serve, stop } from '../../support/serve.ts';

const NOT_FOUND = refuseWith(404, { error: 'No camera 1', code: 'camera-not-found' });

describe('The status of a camera', () => {
  let worker: WorkerDouble;
  let server: Server;
  let isWanted: boolean;

  before(async () => {
    worker = await WorkerDouble.open();
    const pool = new FakePool(['rtsp-0']);
    pool.bringUp('rtsp-0', worker);
    const directory = {
      agentOf: () => undefined,
      findWanted: () => (isWanted ? ({} as KnownCamera) : undefined),
    };
    const status = statusHandler({ directory, routing: routingTo(pool), since: () => undefined });
    const app = express();
    app.use(mounted(pictureRoutes({ status, answers: neverAnswer, streams: neverAnswer } as never)));
    app.use(problems);
    server = await serve(app);
  });
  after(async () => {
    stop(server);
    await worker.close();
  });
  beforeEach(() => {
    isWanted = true;
    worker.answers.clear();
  });

  const status = (id = '1') => getJson(`${originOf(server)}/api/cameras/${id}/status`);

  it('is that of its worker', async () => {
    worker.answers.set('GET /api/cameras/1/status', (_request, response) => response.end('{"state":"live"}'));
    expect(await status()).to.deep.include({ status: 200, body: { state: 'live' } });
  });

  it('is connecting from the first moment, before its worker was told of it', async () => {
    worker.answers.set('GET /api/cameras/1/status', NOT_FOUND);
    const { status: code, body } = await status();
    expect(code).to.equal(200);
    expect(body).to.include({ cameraId: '1', connected: false, state: 'connecting', frameCount: 0 });
    expect(body).not.to.have.any.keys('reason', 'agent');
  });

  it('is not found for a camera that is switched off, and for one that is not known', async () => {
    worker.answers.set('GET /api/cameras/1/status', NOT_FOUND);
    isWanted = false;
    expect((await status()).status).to.equal(404);
    expect((await status('unknown')).body.code).to.equal('camera-not-found');
  });
});
