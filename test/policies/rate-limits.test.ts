import { expect } from 'chai';
import { TestGateway } from '../support/test-gateway.ts';

const TOKEN = 'admin-token-of-this-test';

/** A kind of request, its setting, and one such request. */
interface Kind {
  name: string;
  setting: string;
  method: string;
  path: string;
  type?: string;
  body?: string;
}

const KINDS: readonly Kind[] = [
  { name: 'requests', setting: 'RATE_LIMIT_API', method: 'GET', path: '/api/cameras' },
  {
    name: 'changes',
    setting: 'RATE_LIMIT_WRITES',
    method: 'POST',
    path: '/api/cameras/disconnect',
    body: '{"cameraId":"x"}',
  },
  {
    name: 'tickets',
    setting: 'RATE_LIMIT_WRITES',
    method: 'POST',
    path: '/api/tickets',
    body: '{"path":"/ws"}',
  },
  {
    name: 'attempts to sign in in a minute',
    setting: 'RATE_LIMIT_LOGINS',
    method: 'POST',
    path: '/api/auth/login',
    body: '{"token":"wrong"}',
  },
  {
    name: 'attempts to sign in in an hour',
    setting: 'RATE_LIMIT_LOGINS_HOURLY',
    method: 'POST',
    path: '/api/auth/login',
    body: '{"token":"wrong"}',
  },
  {
    name: 'trials of cameras',
    setting: 'RATE_LIMIT_CONNECTS',
    method: 'POST',
    path: '/api/cameras/test',
    body: '{}',
  },
  {
    name: 'connections by hand',
    setting: 'RATE_LIMIT_CONNECTS',
    method: 'POST',
    path: '/api/cameras/connect',
    body: '{}',
  },
  {
    name: 'questions to Moondream',
    setting: 'RATE_LIMIT_MOONDREAM',
    method: 'POST',
    path: '/api/moondream/query',
    body: '{}',
  },
  {
    name: 'uploads in an hour',
    setting: 'RATE_LIMIT_UPLOADS_HOURLY',
    method: 'POST',
    path: '/api/camera-streams',
    type: 'multipart/form-data; boundary=b',
    body: '--b--\r\n',
  },
];

describe('Limits of requests', () => {
  let gateway: TestGateway;
  afterEach(() => gateway.close());

  async function ask(kind: Kind, headers: Record<string, string>) {
    const response = await fetch(gateway.origin + kind.path, {
      method: kind.method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': kind.type ?? 'application/json',
        ...headers,
      },
      ...(kind.body === undefined ? {} : { body: kind.body }),
    });
    await response.arrayBuffer();
    return response;
  }

  const isRefused = async (kind: Kind, headers: Record<string, string>): Promise<boolean> =>
    (await ask(kind, headers)).status === 429;

  for (const kind of KINDS) {
    it(`S18: bound ${kind.name} by ${kind.setting}, for every address that a client claims`, async () => {
      gateway = await TestGateway.open({ env: { API_TOKEN: TOKEN, [kind.setting]: '3' } });
      for (let n = 0; n < 3; n += 1) {
        const claims = {
          'x-forwarded-for': `198.51.100.${n}`,
          'x-real-ip': `198.51.100.${n}`,
          forwarded: `for=198.51.100.${n}`,
        };
        expect(await isRefused(kind, claims), `request ${n}`).to.equal(false);
      }
      const last = await ask(kind, {
        'x-forwarded-for': '198.51.100.99',
        'cf-connecting-ip': '198.51.100.99',
      });
      expect(last.status).to.equal(429);
      expect(Number(last.headers.get('retry-after'))).to.be.within(1, kind.name.includes('hour') ? 3600 : 60);
    });
  }

  it('S18: count behind the one proxy of a public host by what that proxy says, not by what came to it', async () => {
    const kind = KINDS[0] as Kind;
    gateway = await TestGateway.open({ env: { API_TOKEN: TOKEN, PUBLIC: 'on', RATE_LIMIT_API: '3' } });
    for (let n = 0; n < 3; n += 1)
      expect(await isRefused(kind, { 'x-forwarded-for': `198.51.100.${n}, 203.0.113.9` })).to.equal(false);
    expect(await isRefused(kind, { 'x-forwarded-for': '198.51.100.77, 203.0.113.9' })).to.equal(true);
    expect(await isRefused(kind, { 'x-forwarded-for': '203.0.113.9, 203.0.113.10' })).to.equal(false);
  });

  it('S18: take the addresses of one IPv6 network for one client', async () => {
    const kind = KINDS[0] as Kind;
    gateway = await TestGateway.open({ env: { API_TOKEN: TOKEN, PUBLIC: 'on', RATE_LIMIT_API: '3' } });
    for (let n = 0; n < 3; n += 1)
      expect(await isRefused(kind, { 'x-forwarded-for': `2001:db8:1:1::${n}` })).to.equal(false);
    expect(await isRefused(kind, { 'x-forwarded-for': '2001:db8:1:1:ffff::1' })).to.equal(true);
  });

  it('S18: do not bind what this very machine asks', async () => {
    const kind = KINDS[0] as Kind;
    gateway = await TestGateway.open({ env: { RATE_LIMIT_API: '3' } });
    for (let n = 0; n < 6; n += 1) {
      const response = await fetch(gateway.origin + kind.path);
      await response.arrayBuffer();
      expect(response.status).to.equal(200);
    }
  });
});
