import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { LocalMoondream } from '../gateway/moondream/harness.ts';
import { TestGateway } from '../support/test-gateway.ts';
import { bearer, ELSEWHERE, Visitor } from '../support/visitor.ts';

const ADMIN = 'admin-token-of-this-test';
const VIEWER = 'viewer-token-of-this-test';
const DAY_S = 24 * 60 * 60;
const QUESTION = { image_url: 'data:image/jpeg;base64,/9j/', question: 'Is the gate open?' };

describe('S2: what Moondream costs', () => {
  let moondream: LocalMoondream;
  let gateway: TestGateway;
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-cost-'));

  const open = (env: Record<string, string>) =>
    TestGateway.open({
      env: {
        DATA_DIR: dataDir,
        API_TOKEN: ADMIN,
        VIEWER_TOKEN: VIEWER,
        MOONDREAM_API_URL: moondream.url,
        MOONDREAM_RATE: '1000',
        ...env,
      },
    });
  const ask = (headers: Record<string, string>) =>
    new Visitor(gateway.origin).post('/api/moondream/query', QUESTION, headers);

  before(async () => {
    moondream = await LocalMoondream.open();
  });
  after(async () => {
    await gateway?.close();
    moondream.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('is not spent without a token, and not by viewers', async () => {
    gateway = await open({ MOONDREAM_DAILY_MAX: '2' });
    const browser = { ...(await new Visitor(gateway.origin).signIn(VIEWER)) };
    expect((await ask(ELSEWHERE)).status).to.equal(401);
    expect((await ask(bearer(VIEWER))).status).to.equal(403);
    expect((await ask(browser)).status).to.equal(403);
    expect(moondream.requests).to.have.length(0);
  });

  it('is not spent by viewers in any other way: questions to cameras, digests, tests of providers', async () => {
    const visitor = new Visitor(gateway.origin);
    const question = { cameraIds: ['*'], question: 'Is the gate open?' };
    expect((await visitor.post('/api/reason/ask', question, bearer(VIEWER))).status).to.equal(403);
    expect(
      (await visitor.post('/api/reason/test', { provider: 'moondream' }, bearer(VIEWER))).status,
    ).to.equal(403);
    const digest = await visitor.get('/api/reason/digest', bearer(VIEWER));
    expect([digest.status, digest.body.text]).to.deep.equal([200, null]);
    expect(moondream.requests).to.have.length(0);
  });

  it('ends for the day at the bound, until midnight UTC, over restarts too, here and from elsewhere', async () => {
    expect([(await ask(bearer(ADMIN))).status, (await ask(bearer(ADMIN))).status]).to.deep.equal([200, 200]);
    const refused = await ask(bearer(ADMIN));
    expect([refused.status, refused.body.code]).to.deep.equal([429, 'moondream-budget-spent']);
    const untilMidnight = DAY_S - ((Date.now() / 1000) % DAY_S);
    expect(Number(refused.headers.get('retry-after'))).to.be.within(untilMidnight - 5, untilMidnight + 65);
    await gateway.close();
    gateway = await open({ MOONDREAM_DAILY_MAX: '2' });
    for (const headers of [bearer(ADMIN), {}])
      expect((await ask(headers)).body.code).to.equal('moondream-budget-spent');
    expect(moondream.requests).to.have.length(2);
  });

  it('is bounded unless the operator says otherwise', async () => {
    await gateway.close();
    gateway = await open({});
    const { body } = await new Visitor(gateway.origin).get('/api/moondream/status', bearer(VIEWER));
    expect(body.today).to.deep.equal({ asked: 2, max: 1000 });
  });
});
