import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import express from 'express';
import { Redactor } from '#shared/redact.ts';
import { CameraSet } from '../../../../workers/rtsp/camera/camera-set.ts';
import { ConnectLimiter } from '../../../../workers/rtsp/camera/connect-limiter.ts';
import { Ffmpeg } from '../../../../workers/rtsp/ffmpeg/ffmpeg.ts';
import { internalRoutes } from '../../../../workers/rtsp/routes/internal-routes.ts';
import { cameraSource } from '../../../support/camera-source.ts';
import { originOf, problems, serve, silentLog, stop } from '../../../support/serve.ts';

describe('Cameras that the gateway orders', () => {
  let cameras: CameraSet;
  let server: Server;

  beforeEach(async () => {
    cameras = new CameraSet({
      // A camera that never answers.
      runSource: (_source, _handlers, signal) => delay(3_600_000, undefined as never, { signal }),
      media: new Ffmpeg({ maxPixels: 1, log: silentLog }).media,
      limiter: new ConnectLimiter(),
      redactor: new Redactor(),
      log: silentLog,
    });
    server = await serve(express().use('/internal', internalRoutes(cameras)).use(problems));
  });
  afterEach(async () => {
    stop(server);
    await cameras.close();
  });

  async function patch(body: object): Promise<number> {
    const answer = await fetch(`${originOf(server)}/internal/cameras`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    await answer.arrayBuffer();
    return answer.status;
  }
  const desired = (...ids: string[]) => ids.map((cameraId) => ({ cameraId, source: cameraSource() }));
  const running = () => cameras.list().map(({ id }) => id);

  it('are kept connected, many by one request, beside those that run already', async () => {
    expect(await patch({ cameras: desired('a') })).to.equal(202);
    const before = cameras.get('a');
    const many = Array.from({ length: 500 }, (_, index) => `c${index}`);
    expect(await patch({ cameras: desired('a', ...many) })).to.equal(202);
    expect(running()).to.have.members(['a', ...many]);
    expect(cameras.get('a')).to.equal(before);
  });

  it('are all refused when one of them is not readable', async () => {
    expect(await patch({ cameras: [...desired('a'), { cameraId: 'b' }] })).to.equal(400);
    expect(running()).to.deep.equal([]);
  });
});
