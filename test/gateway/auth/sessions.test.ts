import { once } from 'node:events';
import { expect } from 'chai';
import { EndedSessions } from '../../../gateway/auth/ended-sessions.ts';
import { Sessions } from '../../../gateway/auth/sessions.ts';
import { silentLog } from '../../support/serve.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { bearer, ELSEWHERE, Visitor } from '../../support/visitor.ts';
import { waitFor } from '../../support/wait-for.ts';
import { WsClient } from '../../support/ws-client.ts';

const ADMIN = 'admin-token-of-this-test';
const VIEWER = 'viewer-token-of-this-test';
const SECRET = 'what the gateways on a database share';
const HOUR_MS = 3_600_000;

describe('A session', () => {
  let gateway: TestGateway;
  let visitor: Visitor;

  before(async () => {
    const env = {
      API_TOKEN: ADMIN,
      VIEWER_TOKEN: VIEWER,
      ALLOWED_HOSTS: 'cameras.example',
      RATE_LIMIT_LOGINS: '1000',
    };
    gateway = await TestGateway.open({ env });
    visitor = new Visitor(gateway.origin);
  });
  after(() => gateway.close());

  const signOut = (browser: Record<string, string>) => visitor.post('/api/auth/logout', {}, browser);

  it('S3: ends with a sign-out, and with it all that it opened', async () => {
    const [mine, other] = [await visitor.signIn(VIEWER), await visitor.signIn(VIEWER)];
    const { body } = await visitor.post('/api/tickets', { path: '/ws' }, mine);
    const next = await visitor.post('/api/tickets', { path: '/ws' }, mine);
    const sockets = [
      await visitor.socket('/ws', mine),
      await visitor.socket(`/ws?ticket=${body.ticket}`),
      await visitor.socket('/ws', other),
    ];
    const events = await fetch(`${gateway.origin}/api/events/stream`, { headers: mine });
    const ends = sockets.slice(0, 2).map((socket) => once(socket, 'close'));
    const streamEnd = events.text().catch((error: unknown) => error);
    expect((await signOut(mine)).status).to.equal(200);
    for (const [code, reason] of await Promise.all(ends))
      expect([code, String(reason)]).to.deep.equal([1008, 'signed out']);
    expect(await streamEnd).to.be.instanceOf(Error);
    expect((await visitor.get('/api/cameras', mine)).status).to.equal(401);
    expect(await visitor.upgradeStatus(`/ws?ticket=${next.body.ticket}`), 'a ticket not used yet').to.equal(
      401,
    );
    expect((await visitor.get('/api/cameras', other)).status).to.equal(200);
    expect(sockets[2]?.readyState).to.equal(sockets[2]?.OPEN);
    sockets[2]?.terminate();
  });

  it('S3: cuts off a socket whose client does not take the farewell', async () => {
    const browser = await visitor.signIn(VIEWER);
    const socket = await visitor.socket('/ws', browser);
    socket.pause();
    await signOut(browser);
    await waitFor(async () => {
      const text = await (await fetch(`${gateway.origin}/metrics`)).text();
      return /^gateway_client_sockets 0$/m.test(text);
    });
    socket.terminate();
  });

  it('S3: lets a page that frames ours use it on a public host alone, and over HTTPS alone', async () => {
    const https = { ...ELSEWHERE, 'x-forwarded-proto': 'https', 'x-forwarded-host': 'cameras.example' };
    const atHome = await visitor.post('/api/auth/login', { token: ADMIN }, https);
    expect(atHome.headers.getSetCookie()[0]).to.match(/^__Host-gateway=.*HttpOnly; Secure; SameSite=Lax$/);
    const open = await TestGateway.open({ env: { PUBLIC: 'on', API_TOKEN: ADMIN } });
    try {
      const signIn = (headers: Record<string, string>) =>
        new Visitor(open.origin).post('/api/auth/login', { token: ADMIN }, headers);
      const framed = (await signIn(https)).headers.getSetCookie()[0];
      expect(framed).to.match(/^__Host-gateway=.*Path=\/;.*HttpOnly; Secure; Partitioned; SameSite=None$/);
      const plain = (await signIn(ELSEWHERE)).headers.getSetCookie()[0];
      expect(plain).to.match(/^gateway=.*HttpOnly; SameSite=Lax$/);
    } finally {
      await open.close();
    }
  });

  it('S5: changes nothing for a request that does not say which page makes it', async () => {
    const { origin: _origin, ...silent } = await visitor.signIn(ADMIN);
    for (const path of ['/api/cameras', '/api/cameras/disconnect', '/api/tickets', '/api/auth/logout']) {
      const { status, body } = await visitor.post(path, { cameraId: '1' }, silent);
      expect([status, body.code], path).to.deep.equal([403, 'forged-request']);
    }
    expect(await visitor.upgradeStatus('/ws', silent)).to.equal(403);
    expect((await visitor.get('/api/cameras', silent)).status, 'still signed in, and may look').to.equal(200);
    const told = { ...silent, 'sec-fetch-site': 'same-origin' };
    expect((await visitor.post('/api/cameras/disconnect', { cameraId: '1' }, told)).status).to.equal(200);
  });

  it('S5: changes nothing for a form or a text of another site', async () => {
    const browser = { ...(await visitor.signIn(ADMIN)), origin: 'https://evil.test' };
    const bodies = {
      'application/x-www-form-urlencoded': 'id=forged&ip=10.0.0.9',
      'text/plain': '{"id":"forged","ip":"10.0.0.9"}',
      'multipart/form-data; boundary=x':
        '--x\r\nContent-Disposition: form-data; name="id"\r\n\r\nforged\r\n--x--\r\n',
    };
    for (const [type, body] of Object.entries(bodies)) {
      for (const path of ['/api/cameras', '/api/camera-streams', '/trpc/cameraStream.add']) {
        const headers = { ...browser, 'content-type': type };
        const response = await fetch(`${gateway.origin}${path}`, { method: 'POST', headers, body });
        expect(
          [response.status, ((await response.json()) as { code: string }).code],
          `${path} ${type}`,
        ).to.deep.equal([403, 'forged-request']);
      }
    }
    expect((await visitor.get('/api/cameras/forged', bearer(ADMIN))).status).to.equal(404);
  });

  it('S5: changes nothing by GET', async () => {
    const browser = await visitor.signIn(ADMIN);
    const before = (await visitor.get('/api/cameras', browser)).body;
    for (const path of [
      '/api/cameras/connect?cameraId=forged&ip=10.0.0.9',
      '/api/cameras/disconnect?cameraId=1',
      '/api/auth/logout',
      '/api/tickets?path=/ws',
      `/trpc/cameraStream.add?input=${encodeURIComponent('{"cameraId":"forged"}')}`,
    ])
      expect((await visitor.get(path, browser)).status, path).to.be.oneOf([404, 405]);
    expect((await visitor.get('/api/cameras', browser)).body).to.deep.equal(before);
  });

  it('S6: is of no use to a foreign page, for any request', async () => {
    const browser = { ...(await visitor.signIn(ADMIN)), origin: 'https://evil.test' };
    for (const [method, path] of [
      ['GET', '/api/cameras'],
      ['GET', '/api/cameras/1/frame'],
      ['GET', '/api/nowhere'],
      ['OPTIONS', '/api/cameras'],
      ['OPTIONS', '/api/auth/login'],
      ['POST', '/api/cameras'],
    ] as const) {
      const headers = {
        ...browser,
        ...(method === 'OPTIONS' ? { 'access-control-request-method': 'POST' } : {}),
      };
      const answer = await fetch(`${gateway.origin}${path}`, { method, headers });
      const cors = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'));
      expect(cors, `${method} ${path}`).to.deep.equal([]);
      expect(answer.headers.get('vary')).to.include('Origin');
      await answer.body?.cancel();
    }
  });

  it('S7: opens a socket to our own pages and to no other', async () => {
    const browser = await visitor.signIn(VIEWER);
    expect(await visitor.upgradeStatus('/ws', browser)).to.equal(101);
    for (const origin of ['https://evil.test', 'null', `${gateway.origin}.evil.test`, 'http://127.0.0.1:1'])
      for (const path of ['/ws', '/ws/mse/1', '/ws/webrtc/1_0'])
        expect(await visitor.upgradeStatus(path, { ...browser, origin }), `${path} ${origin}`).to.equal(403);
  });

  it('S7: gives a viewer no message that changes anything', async () => {
    const created = await visitor.post(
      '/api/cameras',
      { id: 'kept', ip: '10.0.0.9', enabled: false },
      bearer(ADMIN),
    );
    expect(created.status).to.equal(201);
    const before = (await visitor.get('/api/cameras/kept', bearer(ADMIN))).body;
    const client = await WsClient.open(gateway.origin, { headers: await visitor.signIn(VIEWER) });
    const orders = ['connect', 'disconnect', 'delete', 'restart', 'patch', 'login', 'toString', '__proto__'];
    for (const [index, action] of orders.entries()) {
      client.send({ action, cameraId: 'kept', id: 'kept', enabled: true, url: 'rtsp://10.0.0.9/1' });
      const { length } = await waitFor(() => (client.errors().length > index ? client.errors() : undefined));
      expect(length, action).to.equal(index + 1);
    }
    expect((await visitor.get('/api/cameras/kept', bearer(ADMIN))).body).to.deep.equal(before);
    client.close();
  });

  onEveryEngine((open) => {
    const log = silentLog;

    it('S3: stays ended over a restart of the gateway', async () => {
      const store = await open();
      const sessions = new Sessions(SECRET);
      const [ended, kept] = [sessions.begin({ role: 'admin' }), sessions.begin({ role: 'admin' })];
      const first = new EndedSessions({ sessions, store, log });
      first.start();
      sessions.revoke(sessions.find(ended)?.id as string);
      await first.close();
      const next = new Sessions(SECRET);
      expect(next.find(ended), 'before it has read the database').to.include({ role: 'admin' });
      const second = new EndedSessions({ sessions: next, store, log });
      second.start();
      await waitFor(() => next.find(ended) === undefined);
      expect(next.find(kept)).to.include({ role: 'admin' });
      await second.close();
    });

    it('S7: ends at every gateway on a database, with its sockets there', async () => {
      const store = await open();
      const [here, there] = [new Sessions(SECRET), new Sessions(SECRET)];
      const watches = [here, there].map(
        (sessions) => new EndedSessions({ sessions, store, log, everyMs: 20 }),
      );
      for (const watch of watches) watch.start();
      const { id } = here.find(here.begin({ role: 'viewer' })) as { id: string };
      const told = new Promise<string>((resolve) => void there.onRevoke(resolve));
      here.revoke(id);
      expect(await told).to.equal(id);
      await Promise.all(watches.map((watch) => watch.close()));
    });

    it('S3: is remembered as ended only while its cookie would be valid', async () => {
      const store = await open();
      const clock = { now: Date.now() };
      const now = () => clock.now;
      const sessions = new Sessions(SECRET, now);
      const watch = () => new EndedSessions({ sessions, store, log, now });
      const first = watch();
      first.start();
      sessions.revoke('a');
      await first.close();
      expect(await store.db.selectFrom('ended_sessions').select('id').execute()).to.deep.equal([{ id: 'a' }]);
      clock.now += 8 * 24 * HOUR_MS;
      const second = watch();
      second.start();
      sessions.revoke('b');
      await second.close();
      expect(await store.db.selectFrom('ended_sessions').select('id').execute()).to.deep.equal([{ id: 'b' }]);
    });
  });
});
