import { once } from 'node:events';
import { expect } from 'chai';
import { getRaw } from '../../../policies/raw-request.ts';
import { getJson } from '../../../support/http.ts';
import { TestGateway } from '../../../support/test-gateway.ts';
import { bearer, ELSEWHERE, Visitor } from '../../../support/visitor.ts';

const ADMIN = 'admin-token-of-this-test';
const VIEWER = 'viewer-token-of-this-test';
const LIMITS = {
  RATE_LIMIT_API: '10000',
  RATE_LIMIT_WRITES: '10000',
  RATE_LIMIT_LOGINS: '10000',
};
const basic = (password: string, user = 'any') => ({
  ...ELSEWHERE,
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

describe('A scoped key', () => {
  let gateway: TestGateway;
  let visitor: Visitor;

  before(async () => {
    gateway = await TestGateway.open({ env: { API_TOKEN: ADMIN, VIEWER_TOKEN: VIEWER, ...LIMITS } });
    visitor = new Visitor(gateway.origin);
    for (const id of ['a', 'b', 'c'])
      await visitor.post('/api/cameras', { id, name: id, url: `rtsp://192.0.2.1/${id}` }, bearer(ADMIN));
  });
  after(() => gateway.close());

  async function create(rights: object): Promise<{ id: string; key: string }> {
    const { status, body } = await visitor.post('/api/keys', { name: 'A key', ...rights }, bearer(ADMIN));
    expect(status, JSON.stringify(body)).to.equal(201);
    return body;
  }
  const remove = (id: string) =>
    fetch(`${gateway.origin}/api/keys/${id}`, { method: 'DELETE', headers: bearer(ADMIN) });
  const statusOf = async (path: string, headers: Record<string, string>): Promise<number> =>
    (await visitor.get(path, headers)).status;

  it('is shown once, and listed without its text', async () => {
    const created = await create({ name: 'Tablet', scope: 'view', cameras: ['a'] });
    const { body } = await visitor.get('/api/keys', bearer(ADMIN));
    const { key, ...shown } = created;
    expect(body).to.deep.include(shown);
    expect(JSON.stringify(body)).to.not.include(key);
    expect(shown).to.include({ name: 'Tablet', scope: 'view', expires: null });
  });

  it('is created by admins only', async () => {
    const operate = await create({ scope: 'operate' });
    const some = await create({ scope: 'admin', cameras: ['a'] });
    for (const token of [VIEWER, operate.key, some.key])
      for (const path of ['/api/keys', '/api/cameras'])
        expect((await visitor.post(path, { name: 'x', scope: 'admin' }, bearer(token))).status).to.equal(403);
    const all = await create({ scope: 'admin' });
    expect(await statusOf('/api/keys', bearer(all.key))).to.equal(200);
  });

  for (const [field, body] of [
    ['scope', { scope: 'everything' }],
    ['cameras', { scope: 'view', cameras: [] }],
    ['cameras.0', { scope: 'view', cameras: ['no camera'] }],
    ['expires', { scope: 'view', expires: '2020-01-01T00:00:00Z' }],
    ['expires', { scope: 'view', expires: 'tomorrow' }],
    ['rights', { scope: 'view', rights: 'all' }],
    ['name', { scope: 'view', name: ' ' }],
  ] as const)
    it(`is refused with ${JSON.stringify(body)}, naming ${field}`, async () => {
      const answer = await visitor.post('/api/keys', { name: 'x', ...body }, bearer(ADMIN));
      expect([answer.status, answer.body.field]).to.deep.equal([400, field]);
    });

  it('is taken as Bearer and as the password of Basic, as tokens are', async () => {
    const { key } = await create({ scope: 'view' });
    for (const secret of [key, VIEWER, ADMIN])
      for (const headers of [bearer(secret), basic(secret), basic(secret, '')])
        expect(await statusOf('/api/cameras', headers)).to.equal(200);
    expect(await statusOf('/api/cameras', basic('not-a-token-of-ours'))).to.equal(401);
  });

  it('tells what it is', async () => {
    const { key } = await create({ name: 'Kitchen', scope: 'operate', cameras: ['a', 'b'] });
    const { body } = await visitor.get('/api/auth', bearer(key));
    expect(body).to.deep.equal({
      signedIn: true,
      role: 'operator',
      kind: 'key',
      name: 'Kitchen',
      cameras: ['a', 'b'],
    });
  });

  it('is asked for by a challenge that programs understand, and that no browser shows a window for', async () => {
    const challenges = async (agent: string) =>
      (await getRaw(gateway.origin, '/api/cameras', { ...ELSEWHERE, 'user-agent': agent })).headers[
        'www-authenticate'
      ];
    const bearerOnly = 'Bearer realm="visual-reasoning-gateway"';
    expect(await challenges('Lavf/61.7.100')).to.equal(
      `${bearerOnly}, Basic realm="visual-reasoning-gateway", charset="UTF-8"`,
    );
    expect(await challenges('Mozilla/5.0 (X11; Linux x86_64)')).to.equal(bearerOnly);
  });

  it('of a proxy before the gateway, in Basic, does not end a session', async () => {
    const session = await visitor.signIn(VIEWER);
    expect(await statusOf('/api/cameras', { ...session, ...basic('of-the-proxy') })).to.equal(200);
  });

  describe('with scope operate', () => {
    it('moves, asks, enables and disables, and edits nothing', async () => {
      const { key } = await create({ scope: 'operate' });
      const send = async (method: string, path: string, body: object) =>
        (
          await fetch(`${gateway.origin}${path}`, {
            method,
            headers: { ...bearer(key), 'content-type': 'application/json' },
            body: JSON.stringify(body),
          })
        ).status;
      expect(await send('POST', '/api/cameras/a/ptz/move', { pan: 1 })).to.equal(200);
      expect(await send('POST', '/api/moondream/query', { question: 'Who?' })).to.equal(503);
      expect(await send('PATCH', '/api/cameras/a', { enabled: false })).to.equal(200);
      expect(await send('PATCH', '/api/cameras/a', { enabled: true })).to.equal(200);
      expect(await send('PATCH', '/api/cameras/a', { enabled: true, name: 'b' })).to.equal(403);
      expect(await send('PATCH', '/api/cameras/a', {})).to.equal(403);
      expect(await send('POST', '/api/cameras', {})).to.equal(403);
      expect(await send('DELETE', '/api/cameras/a', {})).to.equal(403);
      expect(await statusOf('/api/cameras/export', bearer(key))).to.equal(403);
    });
  });

  describe('for some cameras', () => {
    let key: string;
    before(async () => {
      ({ key } = await create({ scope: 'view', cameras: ['a', 'b', 'not-there-yet'] }));
    });
    const get = (path: string) => visitor.get(path, bearer(key));

    it('S20: lists only these', async () => {
      const { body } = await get('/api/cameras');
      expect(body.map(({ id }: { id: string }) => id)).to.deep.equal(['a', 'b']);
      const { body: rest } = await get('/api/cameras?limit=1&cursor=a');
      expect(rest.map(({ id }: { id: string }) => id)).to.deep.equal(['b']);
      for (const path of ['/api/devices', '/api/watches', '/api/events', '/api/streams/status'])
        expect((await get(path)).status, path).to.equal(200);
      for (const cameraId of ['a', 'c']) {
        const stream = { cameraId, streamType: 'rtsp', rtspUrl: 'rtsp://192.0.2.1/1' };
        await visitor.post('/api/camera-streams', stream, bearer(ADMIN));
      }
      const idsOf = (list: { cameraId: string }[]) => list.map(({ cameraId }) => cameraId);
      expect(idsOf((await get('/api/camera-streams')).body)).to.deep.equal(['a']);
      expect(idsOf((await get('/trpc/cameraStream.list')).body.result.data)).to.deep.equal(['a']);
    });

    it('S20: finds no other camera at any route with one in its path, in any spelling', async () => {
      for (const [path, status] of [
        ['/api/cameras/a', 200],
        ['/api/cameras/%61', 200],
        ['/api/cameras/c', 404],
        ['/api/cameras/%63', 404],
        ['/api/cameras/c/', 404],
        ['/API/CAMERAS/c', 404],
        ['/api/cameras/c/frame', 404],
        ['/api/cameras/c/status', 404],
        ['/api/cameras/c/stream.mjpeg', 404],
        ['/api/cameras/c/ptz', 404],
        ['/hls/c/index.m3u8', 404],
        ['/hls/c/seg-1.m4s', 404],
        ['/api/camera-streams/c/video', 404],
        ['/api/cameras/%', 404],
      ] as const)
        expect((await get(path)).status, path).to.equal(status);
      expect((await visitor.post('/whep/c', {}, bearer(key))).status).to.equal(404);
      expect((await visitor.post('/api/webrtc/stream/c', {}, bearer(key))).status).to.equal(404);
      expect((await visitor.post('/api/webrtc/offer', { cameraId: 'c' }, bearer(key))).status).to.equal(404);
      expect(await visitor.upgradeStatus('/ws/mse/c', bearer(key))).to.equal(404);
    });

    it('S20: gets a ticket for no other camera, and tickets that see no more than it', async () => {
      const ticketFor = (path: string) => visitor.post('/api/tickets', { path }, bearer(key));
      expect((await ticketFor('/api/cameras/c/frame')).status).to.equal(403);
      const { body } = await ticketFor('/api/cameras');
      const list = await getJson(`${gateway.origin}/api/cameras?ticket=${body.ticket}`, ELSEWHERE);
      expect(list.body.map(({ id }: { id: string }) => id)).to.deep.equal(['a', 'b']);
    });

    it('S20: is refused where a route is about all cameras', async () => {
      for (const path of ['/metrics', '/api/deliveries', '/trpc/cameraStream.list,cameraStream.list?batch=1'])
        expect((await get(path)).status, path).to.equal(403);
      expect((await get('/health')).body).to.have.all.keys('status');
    });

    it('S20: sees only these in the live state', async () => {
      const response = await fetch(`${gateway.origin}/api/status/stream`, { headers: bearer(key) });
      let text = '';
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        text += Buffer.from(chunk).toString();
        if (text.includes('event: state') && text.endsWith('\n\n')) break;
      }
      const state = JSON.parse(/event: state\ndata: (.*)\n/.exec(text)?.[1] as string);
      expect(state.ids).to.deep.equal(['a', 'b']);
      expect(state.cameras).to.have.all.keys('a', 'b');
      expect(state.statuses).to.have.all.keys('a', 'b');
      expect(state.workers).to.deep.equal([]);
      // It may ask these cameras: of the services it learns whether it can, and of no address or model.
      expect(state.services).to.have.all.keys('reasoning');
      for (const provider of state.services.reasoning.providers)
        expect(provider).to.have.all.keys('configured', 'skills');
    });

    it('S20: subscribes to only these over a WebSocket', async () => {
      const socket = await visitor.socket('/ws', bearer(key));
      const messages: { code: string; cameraId: string }[] = [];
      socket.on('message', (data) => void messages.push(JSON.parse(data.toString())));
      socket.send(JSON.stringify({ action: 'subscribe', cameraId: 'c', detections: true }));
      socket.send(JSON.stringify({ action: 'ping' }));
      while (messages.length < 2) await once(socket, 'message');
      expect(messages[0]).to.include({ code: 'camera-not-found', cameraId: 'c' });
      const subscribed = gateway.workers.flatMap(({ subscriptions }) => subscriptions);
      expect(subscribed.filter(({ cameraId }) => cameraId === 'c')).to.deep.equal([]);
      socket.terminate();
    });

    it('S20: shows no video of another camera by a change of one of its own', async () => {
      const { key: admin } = await create({ scope: 'admin', cameras: ['a'] });
      const response = await fetch(`${gateway.origin}/api/cameras/a`, {
        method: 'PATCH',
        headers: { ...bearer(admin), 'content-type': 'application/json' },
        body: JSON.stringify({ video: 'c' }),
      });
      const { code } = (await response.json()) as { code: string };
      expect([response.status, code]).to.deep.equal([404, 'camera-not-found']);
    });
  });

  describe('in an address', () => {
    it('S8: opens pictures, MJPEG and HLS, of its cameras only', async () => {
      const { key } = await create({ scope: 'view', cameras: ['a'] });
      for (const path of ['/api/cameras/a/frame', '/hls/a/index.m3u8', '/hls/a/seg-1.m4s']) {
        expect(await statusOf(`${path}?key=${key}`, ELSEWHERE), path).to.equal(200);
        const other = path.replace('/a/', '/b/');
        expect(await statusOf(`${other}?key=${key}`, ELSEWHERE), other).to.equal(404);
      }
      const ended = new AbortController();
      const url = `${gateway.origin}/api/cameras/a/stream.mjpeg?key=${key}`;
      const stream = await fetch(url, { headers: ELSEWHERE, signal: ended.signal });
      expect(stream.status).to.equal(200);
      ended.abort();
    });

    it('S8: opens nothing else, changes nothing, and needs scope view', async () => {
      const { key } = await create({ scope: 'view' });
      const { key: operate } = await create({ scope: 'operate' });
      for (const path of ['/api/cameras', '/api/cameras/a', '/api/status/stream', '/openapi.json'])
        expect(await statusOf(`${path}?key=${key}`, ELSEWHERE), path).to.equal(400);
      expect((await visitor.post(`/api/cameras/a/frame?key=${key}`)).status).to.equal(400);
      expect(await statusOf(`/api/cameras/a/frame?key=${operate}`, ELSEWHERE)).to.equal(400);
      expect(await visitor.upgradeStatus(`/ws?key=${key}`)).to.equal(400);
    });

    it('S27: reaches no worker and no log', async () => {
      const { key } = await create({ scope: 'view' });
      await visitor.get(`/api/cameras/a/frame?width=64&key=${key}&quality=70`, ELSEWHERE);
      await visitor.get(`/api/cameras?%6bey=${key}`, ELSEWHERE);
      await visitor.get(`/api/cameras/a/frame?%6bey=${key}`, ELSEWHERE);
      const asked = gateway.workers.flatMap(({ requests }) => requests);
      expect(asked.map(({ url }) => url)).to.include('/api/cameras/a/frame?width=64&quality=70');
      expect(JSON.stringify(asked)).to.not.include(key);
      expect(gateway.lines.join('')).to.not.include(key);
    });
  });

  describe('that is revoked', () => {
    it('S3: ends with its sockets, streams, tickets and sessions', async () => {
      const { id, key } = await create({ scope: 'view', cameras: ['a'] });
      const other = await create({ scope: 'view' });
      const session = await visitor.signIn(key);
      const { body } = await visitor.post('/api/tickets', { path: '/ws' }, bearer(key));
      const sockets = [
        await visitor.socket('/ws', bearer(key)),
        await visitor.socket('/ws', session),
        await visitor.socket('/ws', bearer(other.key)),
      ];
      const urls = [`/api/cameras/a/stream.mjpeg?key=${key}`, '/api/events/stream'];
      const streams = await Promise.all(
        urls.map((url) =>
          fetch(`${gateway.origin}${url}`, { headers: url.includes('key') ? ELSEWHERE : session }),
        ),
      );
      const ends = sockets.slice(0, 2).map((socket) => once(socket, 'close'));
      const cut = streams.map((stream) => stream.text().catch((error: unknown) => error));
      expect((await remove(id)).status).to.equal(204);
      for (const [code] of await Promise.all(ends)) expect(code).to.equal(1008);
      for (const end of await Promise.all(cut)) expect(end).to.be.instanceOf(Error);
      expect(await statusOf('/api/cameras', bearer(key))).to.equal(401);
      expect(await statusOf('/api/cameras', session)).to.equal(401);
      expect(await visitor.upgradeStatus(`/ws?ticket=${body.ticket}`)).to.equal(401);
      expect(sockets[2]?.readyState).to.equal(sockets[2]?.OPEN);
      sockets[2]?.terminate();
    });

    it('is gone from the list, and revoked once', async () => {
      const { id } = await create({ scope: 'view' });
      expect((await remove(id)).status).to.equal(204);
      expect((await remove(id)).status).to.equal(404);
      const { body } = await visitor.get('/api/keys', bearer(ADMIN));
      expect(body.map((key: { id: string }) => key.id)).to.not.include(id);
    });
  });

  it('S3: ends when it expires, with its sockets', async () => {
    const expires = new Date(Date.now() + 3000).toISOString();
    const { key } = await create({ scope: 'view', expires });
    const socket = await visitor.socket('/ws', bearer(key));
    const [code] = await once(socket, 'close');
    expect(code).to.equal(1008);
    expect(await statusOf('/api/cameras', bearer(key))).to.equal(401);
  });
});
