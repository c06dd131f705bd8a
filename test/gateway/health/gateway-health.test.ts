import { expect } from 'chai';
import { getJson } from '../../support/http.ts';
import { TestGateway } from '../../support/test-gateway.ts';

describe('GET /health', () => {
  let gateway: TestGateway;

  beforeEach(async () => {
    gateway = await TestGateway.open();
  });
  afterEach(() => gateway.close());

  const health = () => getJson(`${gateway.origin}/health`);
  const ready = () => getJson(`${gateway.origin}/readyz`);

  it('is ok, and names the service as the contract does, when every required worker is ready', async () => {
    const { status, body, headers } = await health();
    expect(status).to.equal(200);
    expect(body.status).to.equal('ok');
    expect(body.services.express).to.equal('running');
    expect(body.services.rtsp).to.include({ running: true, ready: 2, total: 2 });
    expect(body.services.rtsp.port).to.be.a('number');
    expect(body.services.rtsp.baseUrl).to.equal(`http://localhost:${body.services.rtsp.port}`);
    expect(body.services.rtsp.workers.map(({ name }: { name: string }) => name)).to.deep.equal([
      'rtsp-0',
      'rtsp-1',
    ]);
    expect(new Date(body.timestamp).toISOString()).to.equal(body.timestamp);
    expect(headers.get('cache-control')).to.equal('no-store');
    expect((await ready()).status).to.equal(200);
  });

  it('is 200 but degraded while a worker is down, and not ready', async () => {
    await gateway.kill(0);
    const { status, body } = await health();
    expect([status, body.status, body.reasons]).to.deep.equal([200, 'degraded', ['worker_not_ready']]);
    expect(body.services.rtsp).to.include({ running: true, ready: 1 });
    expect(body.services.rtsp.workers[0]).to.include({ state: 'backoff', restarts: 1, retryAfterMs: 250 });
    expect((await ready()).status).to.equal(503);
    await gateway.revive(0);
    expect((await health()).body).to.deep.include({ status: 'ok', reasons: [] });
  });

  it('says that nothing runs when every worker is down, and still answers', async () => {
    await gateway.kill(0);
    await gateway.kill(1);
    expect((await health()).body.services.rtsp).to.include({ running: false, ready: 0 });
  });

  it('tells of the simulator, which the product can do without', async () => {
    const { body } = await health();
    expect(body.services.simulator.running).to.equal(false);
    expect(body.status).to.equal('ok');
  });

  it('says the same of the workers at /api/cameras/status', async () => {
    const { body } = await getJson(`${gateway.origin}/api/cameras/status`);
    expect(body).to.deep.equal((await health()).body.services.rtsp);
  });

  it('is no matter for /livez, which only says that the gateway runs', async () => {
    await gateway.kill(0);
    expect((await getJson(`${gateway.origin}/livez`)).body).to.deep.equal({ status: 'alive' });
  });
});
