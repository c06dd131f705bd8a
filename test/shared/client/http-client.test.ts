import { expect } from 'chai';
import { GatewayClient, GatewayError } from '#shared/client/client.ts';
import { AppError, toProblem } from '#shared/errors.ts';
import { nock, useNock } from '../../support/nock.ts';
import { serve, stop } from '../../support/serve.ts';
import { thrownBy } from './thrown-by.ts';

const ORIGIN = 'http://gateway.test:5000';

describe('Calls of the client', () => {
  useNock();

  it('go below the base address, with the token of the moment', async () => {
    const tokens = ['first', 'second'];
    const client = new GatewayClient({ baseUrl: `${ORIGIN}/cams/`, token: async () => tokens.shift() });
    for (const token of ['first', 'second']) {
      nock(ORIGIN)
        .get('/cams/api/cameras/a%20b')
        .matchHeader('authorization', `Bearer ${token}`)
        .reply(200, {});
      await client.cameras.get('a b');
    }
    expect(client.cameras.snapshotUrl('1', { width: 640, maxAgeMs: 'any' })).to.equal(
      `${ORIGIN}/cams/api/cameras/1/frame?width=640&maxAgeMs=any`,
    );
  });

  it('throw the problem of the gateway with its code, hint, field and pause', async () => {
    const error = new AppError('worker-not-ready', 'Starting', { field: 'ip', retryAfter: 3 });
    nock(ORIGIN).post('/api/cameras/connect').reply(503, toProblem(error), { 'Retry-After': '3' });
    const thrown = await thrownBy(
      new GatewayClient({ baseUrl: ORIGIN }).cameras.connect({ cameraId: '1', ip: '192.0.2.1' }),
    );
    expect(thrown).to.be.instanceOf(GatewayError);
    expect(thrown).to.include({
      code: 'worker-not-ready',
      message: 'Starting',
      status: 503,
      hint: error.hint,
      field: 'ip',
      retryAfterMs: 3000,
    });
  });

  it('report that something else than the gateway answers', async () => {
    const client = new GatewayClient({ baseUrl: ORIGIN });
    nock(ORIGIN).get('/health').reply(502, '<h1>Bad Gateway</h1>');
    expect(await thrownBy(client.health())).to.include({ code: 'unexpected-answer', status: 502 });
    nock(ORIGIN).get('/health').reply(200, '<h1>Welcome to the hotel network</h1>');
    expect(await thrownBy(client.health())).to.include({ code: 'unexpected-answer' });
  });

  it('distinguish an unreachable gateway from a slow one, with a hint', async () => {
    const client = new GatewayClient({ baseUrl: ORIGIN });
    nock(ORIGIN).get('/health').replyWithError('connect ECONNREFUSED');
    const unreachable = (await thrownBy(client.health())) as GatewayError;
    expect(unreachable).to.include({ code: 'gateway-unreachable', status: 0 });
    expect(unreachable.hint).to.match(/address/);
    const silent = await serve(() => {});
    const { port } = silent.address() as { port: number };
    const slow = new GatewayClient({ baseUrl: `http://127.0.0.1:${port}` });
    expect(await thrownBy(slow.health({ timeoutMs: 50 }))).to.include({ code: 'gateway-timeout' });
    stop(silent);
  });

  describe('in a page', () => {
    const page = globalThis as { document?: object; location?: object };
    const open = (origin: string): void =>
      void Object.assign(page, { document: {}, location: { origin, protocol: `${origin.split(':')[0]}:` } });
    afterEach(() => {
      delete page.document;
      delete page.location;
    });

    it('tell a gateway that does not let the page in from one that does not answer', async () => {
      open('http://app.test');
      const client = new GatewayClient({ baseUrl: ORIGIN });
      nock(ORIGIN).get('/health').replyWithError('Failed to fetch').get('/livez').reply(200, '{}');
      const refused = (await thrownBy(client.health())) as GatewayError;
      expect(refused).to.include({
        code: 'origin-refused',
        hint: 'Start the gateway with ALLOWED_ORIGINS=http://app.test',
      });
      nock(ORIGIN).get('/health').replyWithError('Failed to fetch').get('/livez').replyWithError('gone');
      expect(await thrownBy(client.health())).to.include({ code: 'gateway-unreachable' });
    });

    it('tell that a page loaded by https may not call a gateway by http', async () => {
      open('https://app.test');
      nock(ORIGIN).get('/health').replyWithError('Mixed').get('/livez').replyWithError('Mixed');
      expect(await thrownBy(new GatewayClient({ baseUrl: ORIGIN }).health())).to.include({
        code: 'mixed-content',
      });
    });
  });

  it('throw what the caller aborted with', async () => {
    const reason = new Error('screen left');
    const call = new GatewayClient({ baseUrl: ORIGIN }).health({ signal: AbortSignal.abort(reason) });
    expect(await thrownBy(call)).to.equal(reason);
  });

  it('need an address that is one', () => {
    for (const baseUrl of ['', 'localhost:5000', 'ws://localhost', 'http:///'])
      expect(() => new GatewayClient({ baseUrl }), baseUrl).to.throw(TypeError, 'baseUrl');
  });

  it('read an answer without a body', async () => {
    nock(ORIGIN).delete('/api/cameras/1').reply(204);
    expect(await new GatewayClient({ baseUrl: ORIGIN }).cameras.delete('1')).to.equal(undefined);
  });
});
