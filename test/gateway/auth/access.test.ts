import { expect } from 'chai';
import { WebSocket } from 'ws';
import { getJson } from '../../support/http.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';

const ADMIN = 'admin-token-of-this-test';
const VIEWER = 'viewer-token-of-this-test';
/** Comes through a proxy, so it is from elsewhere. */
const ELSEWHERE = { 'x-forwarded-for': '203.0.113.9' };
const bearer = (token: string) => ({ ...ELSEWHERE, authorization: `Bearer ${token}` });

describe('Who may do what', () => {
  let gateway: TestGateway;

  before(async () => {
    const env = {
      API_TOKEN: ADMIN,
      VIEWER_TOKEN: VIEWER,
      ALLOWED_HOSTS: 'cameras.example,*.trusted.example',
      ALLOWED_ORIGINS: 'https://app.example',
      RATE_LIMIT_LOGINS: '1000',
      RATE_LIMIT_WRITES: '1000',
      RATE_LIMIT_API: '10000',
    };
    gateway = await TestGateway.open({ env });
  });
  after(() => gateway.close());

  async function ask(method: string, path: string, headers: Record<string, string> = {}, body?: object) {
    const response = await fetch(`${gateway.origin}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  async function signIn(token = ADMIN): Promise<string> {
    const { status, headers } = await ask('POST', '/api/auth/login', ELSEWHERE, { token });
    expect(status).to.equal(200);
    return (headers.getSetCookie()[0] ?? '').split(';')[0] as string;
  }

  const refusal = (path: string, headers: Record<string, string>): Promise<number> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${gateway.origin.replace('http', 'ws')}${path}`, { headers });
      socket.on('open', () => {
        socket.close();
        resolve(101);
      });
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('error', () => {});
    });

  describe('S1: a login', () => {
    const ROUTES: [string, string][] = [
      ['GET', '/api/cameras'],
      ['POST', '/api/cameras'],
      ['POST', '/api/cameras/connect'],
      ['POST', '/api/cameras/disconnect'],
      ['GET', '/api/cameras/1'],
      ['GET', '/api/cameras/1/frame'],
      ['GET', '/api/cameras/1/status'],
      ['GET', '/api/cameras/1/stream.mjpeg'],
      ['GET', '/api/cameras/export'],
      ['POST', '/api/cameras/import'],
      ['GET', '/api/camera-streams'],
      ['GET', '/api/deliveries'],
      ['GET', '/api/devices'],
      ['GET', '/api/events'],
      ['POST', '/api/moondream/query'],
      ['POST', '/whep/1'],
      ['POST', '/api/webrtc/offer'],
      ['GET', '/hls/1/index.m3u8'],
      ['GET', '/trpc/cameraStream.list'],
      ['GET', '/metrics'],
      ['POST', '/api/tickets'],
      ['GET', '/api/a-route-that-is-added-tomorrow'],
    ];
    for (const [method, path] of ROUTES) {
      it(`is needed from elsewhere for ${method} ${path}`, async () => {
        const { status, headers, body } = await ask(method, path, ELSEWHERE);
        expect([status, body.code, headers.get('www-authenticate')]).to.deep.equal([
          401,
          'unauthorized',
          'Bearer realm="visual-reasoning-gateway"',
        ]);
      });
    }

    it('is not needed on this very machine', async () => {
      expect((await ask('GET', '/api/cameras')).status).to.equal(200);
    });

    it('cannot be avoided by claiming to be this machine', async () => {
      for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via', 'x-forwarded-host'])
        expect((await ask('GET', '/api/cameras', { [header]: '127.0.0.1' })).status).to.equal(401);
    });

    it('is done with a token, which a wrong one is not', async () => {
      expect((await ask('GET', '/api/cameras', bearer(ADMIN))).status).to.equal(200);
      expect((await ask('GET', '/api/cameras', bearer('wrong'))).status).to.equal(401);
      expect((await ask('GET', '/api/cameras', { authorization: 'Bearer wrong' })).status).to.equal(401);
    });

    it('opens the page to sign in when a browser comes', async () => {
      const { status, headers } = await ask('GET', '/', { ...ELSEWHERE, accept: 'text/html' });
      expect([status, headers.get('location')]).to.deep.equal([302, '/signin']);
      const page = await ask('GET', '/signin', ELSEWHERE);
      expect(page.status).to.equal(200);
      expect(page.headers.get('content-security-policy')).to.match(/default-src 'none'; script-src 'self'/);
      for (const file of ['signin.js', 'signin.css'])
        expect((await ask('GET', `/signin/${file}`, ELSEWHERE)).status).to.equal(200);
    });

    it('tells strangers whether the gateway is up and nothing more', async () => {
      expect((await ask('GET', '/health', ELSEWHERE)).body).to.deep.equal({ status: 'ok' });
      for (const path of ['/livez', '/readyz'])
        expect((await ask('GET', path, ELSEWHERE)).status).to.equal(200);
      expect((await ask('GET', '/health', bearer(VIEWER))).body).to.include.keys('services');
    });
  });

  describe('S3: a session', () => {
    it('carries a browser by a cookie that no script can read', async () => {
      const { headers } = await ask('POST', '/api/auth/login', ELSEWHERE, { token: ADMIN });
      expect(headers.getSetCookie()[0]).to.match(/^gateway=.+; Path=\/;.* HttpOnly; SameSite=Lax/);
      const cookie = await signIn();
      expect((await ask('GET', '/api/cameras', { ...ELSEWHERE, cookie })).status).to.equal(200);
    });

    it('is bound to HTTPS where there is HTTPS', async () => {
      const secure = { ...ELSEWHERE, 'x-forwarded-proto': 'https', 'x-forwarded-host': 'cameras.example' };
      const { headers } = await ask('POST', '/api/auth/login', secure, { token: ADMIN });
      expect(headers.getSetCookie()[0]).to.match(/^__Host-gateway=.*; Secure/);
    });

    it('ends with a sign-out, and its sockets with it', async () => {
      const cookie = await signIn();
      const headers = { ...ELSEWHERE, cookie, origin: gateway.origin };
      const socket = new WebSocket(`${gateway.origin.replace('http', 'ws')}/ws`, { headers });
      await waitFor(() => socket.readyState === socket.OPEN);
      expect((await ask('POST', '/api/auth/logout', headers)).status).to.equal(200);
      await waitFor(() => socket.readyState === socket.CLOSED);
      expect((await ask('GET', '/api/cameras', headers)).status).to.equal(401);
    });

    it('is invalid when it was made up or changed', async () => {
      const cookie = await signIn(VIEWER);
      const [name, value = ''] = cookie.split('=');
      const [content = '', signature] = value.split('.');
      const raised = Buffer.from(content, 'base64url').toString().replace('viewer', 'admin');
      for (const forged of [
        `${Buffer.from(raised).toString('base64url')}.${signature}`,
        `${content}.`,
        'nonsense',
        '.',
      ])
        expect(
          (await ask('GET', '/api/cameras', { ...ELSEWHERE, cookie: `${name}=${forged}` })).status,
        ).to.equal(401);
    });
  });

  describe('A viewer', () => {
    it('looks and changes nothing', async () => {
      const statusOf = async (method: string, path: string) =>
        (await ask(method, path, bearer(VIEWER), method === 'GET' ? undefined : {})).status;
      expect(await statusOf('GET', '/api/cameras')).to.equal(200);
      expect(await statusOf('GET', '/api/cameras/unknown')).to.equal(404);
      expect(await statusOf('GET', '/api/devices')).to.equal(200);
      for (const [method, path] of [
        ['POST', '/api/cameras'],
        ['PATCH', '/api/cameras/1'],
        ['DELETE', '/api/cameras/1'],
        ['POST', '/api/cameras/connect'],
        ['POST', '/api/cameras/disconnect'],
        ['GET', '/api/cameras/export'],
        ['POST', '/api/moondream/query'],
        ['GET', '/api/deliveries'],
        ['POST', '/trpc/cameraStream.add'],
        ['DELETE', '/api/camera-streams/1'],
      ] as const)
        expect(await statusOf(method, path), `${method} ${path}`).to.equal(403);
    });
  });

  describe('S4: the host', () => {
    it('must be an address, this machine or a name that was allowed', async () => {
      const { request } = await import('node:http');
      const statusFor = (host: string): Promise<number> =>
        new Promise((resolve, reject) => {
          const { port } = new URL(gateway.origin);
          request({ host: '127.0.0.1', port, path: '/signin', headers: { host } }, (response) => {
            response.resume();
            resolve(response.statusCode ?? 0);
          })
            .on('error', reject)
            .end();
        });
      for (const host of [
        'localhost',
        '192.168.1.20:5000',
        '[::1]:5000',
        'cameras.example',
        'a.trusted.example',
        'CAMERAS.example:443',
      ])
        expect(await statusFor(host), host).to.equal(200);
      for (const host of [
        'evil.test',
        'cameras.example.evil.test',
        'trusted.example.',
        'a b',
        'nottrusted.example',
      ])
        expect([400, 421], host).to.include(await statusFor(host));
    });

    it('counts for sockets too', async () => {
      expect(await refusal('/ws', { host: 'evil.test' })).to.equal(421);
    });
  });

  describe('S5: a page of another site', () => {
    it('changes nothing, not even on this very machine', async () => {
      const pages: Record<string, string>[] = [
        { origin: 'https://evil.test' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { origin: 'null' },
      ];
      for (const headers of pages) {
        const { status, body } = await ask('POST', '/api/cameras/disconnect', headers, { cameraId: '1' });
        expect([status, body.code]).to.deep.equal([403, 'forged-request']);
      }
    });

    it('is no problem for our own pages and for programs', async () => {
      const askers: Record<string, string>[] = [
        {},
        { origin: gateway.origin, 'sec-fetch-site': 'same-origin' },
        { 'sec-fetch-site': 'none' },
      ];
      for (const headers of askers)
        expect((await ask('POST', '/api/cameras/disconnect', headers, { cameraId: '1' })).status).to.equal(
          200,
        );
    });

    it('sends no form and no text that is taken for JSON', async () => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
        const response = await fetch(`${gateway.origin}/api/cameras/disconnect`, {
          method: 'POST',
          headers: { 'content-type': type },
          body: '{"cameraId":"1"}',
        });
        expect(response.status).to.equal(400);
      }
    });
  });

  describe('S6: CORS', () => {
    it('is for the origins that were allowed, and without cookies', async () => {
      const preflight = (origin: string) =>
        ask('OPTIONS', '/api/cameras', { ...ELSEWHERE, origin, 'access-control-request-method': 'POST' });
      const allowed = await preflight('https://app.example');
      expect(allowed.status).to.equal(204);
      expect(allowed.headers.get('access-control-allow-origin')).to.equal('https://app.example');
      expect(allowed.headers.get('access-control-allow-credentials')).to.equal(null);
      const foreign = await preflight('https://evil.test');
      expect(foreign.headers.get('access-control-allow-origin')).to.equal(null);
      const answer = await ask('GET', '/api/cameras', { ...bearer(ADMIN), origin: 'https://app.example' });
      expect(answer.headers.get('access-control-allow-origin')).to.equal('https://app.example');
      expect(answer.headers.get('vary')).to.include('Origin');
    });
  });

  describe('S7: a socket', () => {
    it('is opened to those who are signed in, from pages that may', async () => {
      expect(await refusal('/ws', {})).to.equal(101);
      expect(await refusal('/ws', ELSEWHERE)).to.equal(401);
      expect(await refusal('/ws', bearer(VIEWER))).to.equal(101);
      expect(await refusal('/ws', { origin: 'https://evil.test' })).to.equal(403);
      expect(await refusal('/ws', { ...bearer(ADMIN), origin: 'https://evil.test' })).to.equal(403);
      expect(await refusal('/ws', { ...bearer(ADMIN), origin: 'https://app.example' })).to.equal(101);
      expect(await refusal('/ws/mse/1', ELSEWHERE)).to.equal(401);
    });
  });

  describe('S8: a ticket', () => {
    const issue = async (path: string, token = VIEWER) =>
      (await ask('POST', '/api/tickets', bearer(token), { path })).body.ticket as string;

    it('opens the one address it was made for', async () => {
      const ticket = await issue('/api/cameras/1/frame');
      expect((await ask('GET', `/api/cameras/1/frame?ticket=${ticket}`, ELSEWHERE)).status).to.equal(404);
      expect((await ask('GET', `/api/cameras/2/frame?ticket=${ticket}`, ELSEWHERE)).status).to.equal(403);
      expect((await ask('POST', `/api/cameras/1/frame?ticket=${ticket}`, ELSEWHERE)).status).to.equal(401);
    });

    it('opens a picture again and again, and a socket once', async () => {
      const picture = await issue('/api/cameras/1/frame');
      for (let time = 0; time < 3; time += 1)
        expect((await ask('GET', `/api/cameras/1/frame?ticket=${picture}`, ELSEWHERE)).status).to.equal(404);
      const socket = await issue('/ws');
      expect(await refusal(`/ws?ticket=${socket}`, ELSEWHERE)).to.equal(101);
      expect(await refusal(`/ws?ticket=${socket}`, ELSEWHERE)).to.equal(401);
    });

    it('grants no more than the role allows', async () => {
      const { status } = await ask('POST', '/api/tickets', bearer(VIEWER), { path: '/api/cameras/export' });
      expect(status).to.equal(403);
    });

    it('is needed since a token in the address is refused', async () => {
      const { status, body } = await ask('GET', `/api/cameras?token=${ADMIN}`, ELSEWHERE);
      expect([status, body.field]).to.deep.equal([400, 'token']);
    });
  });

  it('S27: no token, cookie or ticket is ever logged', async () => {
    const cookie = await signIn();
    const ticket = (await ask('POST', '/api/tickets', bearer(ADMIN), { path: '/ws' })).body.ticket;
    await ask('GET', `/api/cameras?ticket=${ticket}`, { ...ELSEWHERE, cookie });
    await ask('GET', '/api/nowhere', bearer(ADMIN));
    const log = gateway.lines.join('\n');
    for (const secret of [ADMIN, VIEWER, ticket, cookie.split('=')[1] as string])
      expect(log).to.not.include(secret);
  });
});

describe('Access by default', () => {
  let gateway: TestGateway | undefined;
  afterEach(() => gateway?.close());

  it('S28: makes a token at the first start, and shows the link to sign in to a person, not to the log', async () => {
    gateway = await TestGateway.open();
    const link = gateway.printed.find((line) => line.startsWith('Sign in: '));
    const token = new URL((link ?? '').slice('Sign in: '.length)).hash.slice('#token='.length);
    const answer = await getJson(`${gateway.origin}/api/cameras`, {
      ...ELSEWHERE,
      authorization: `Bearer ${token}`,
    });
    expect(answer.status).to.equal(200);
    expect(gateway.lines.join('\n')).to.not.include(token);
  });

  it('AUTH=off opens everything, and says so at every start', async () => {
    gateway = await TestGateway.open({ env: { AUTH: 'off' } });
    expect((await getJson(`${gateway.origin}/api/cameras`, ELSEWHERE)).status).to.equal(200);
    expect(gateway.lines.some((line) => line.includes('AUTH=off'))).to.equal(true);
  });

  it('S18: limits sign-in attempts, for any claimed address', async () => {
    gateway = await TestGateway.open({ env: { RATE_LIMIT_LOGINS: '3' } });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const response = await fetch(`${gateway.origin}/api/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${attempt}` },
        body: '{"token":"wrong"}',
      });
      statuses.push(response.status);
      if (response.status === 429) expect(Number(response.headers.get('retry-after'))).to.be.within(1, 60);
    }
    expect(statuses).to.deep.equal([401, 401, 401, 429, 429]);
  });

  it('S7: lets one client elsewhere open so many sockets, and takes the next when one is closed', async () => {
    gateway = await TestGateway.open({ env: { MAX_SOCKETS_PER_CLIENT: '2', API_TOKEN: ADMIN } });
    const address = `${gateway.origin.replace('http', 'ws')}/ws`;
    const open = () => {
      const socket = new WebSocket(address, { headers: bearer(ADMIN) });
      socket.on('error', () => {});
      return socket;
    };
    const first = [open(), open()];
    await waitFor(() => first.every((socket) => socket.readyState === socket.OPEN));
    const refused = await new Promise<number>((resolve) => {
      const socket = open();
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('error', () => {});
    });
    expect(refused).to.equal(429);
    const here = [0, 1, 2].map(() => new WebSocket(address));
    await waitFor(() => here.every((socket) => socket.readyState === socket.OPEN));
    first[0]?.close();
    let next = open();
    await waitFor(() => {
      if (next.readyState === next.CLOSED) next = open();
      return next.readyState === next.OPEN;
    });
  });
});
