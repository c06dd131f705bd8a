import { expect } from 'chai';
import { postJson } from '../../support/http.ts';
import { TestGateway } from '../../support/test-gateway.ts';

describe('POST /api/workers/:workerName/restart', () => {
  let gateway: TestGateway;

  before(async () => {
    gateway = await TestGateway.open();
  });
  after(() => gateway.close());

  const restart = (name: string) => postJson(`${gateway.origin}/api/workers/${name}/restart`, {});

  it('replaces the worker', async () => {
    const { status, body } = await restart('rtsp-1');
    expect([status, body.success, body.worker.name]).to.deep.equal([202, true, 'rtsp-1']);
    expect(gateway.pool.restarted).to.deep.equal(['rtsp-1']);
  });

  it('says that there is no such worker, and replaces none', async () => {
    const { status, body } = await restart('rtsp-9');
    expect([status, body.code]).to.deep.equal([404, 'not-found']);
    expect(gateway.pool.restarted).to.not.include('rtsp-9');
  });
});
