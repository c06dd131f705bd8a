import { expect } from 'chai';
import { WebSocket } from 'ws';
import { getJson } from '../support/http.ts';
import { listed } from '../support/mounted.ts';
import { TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const ADMIN = 'admin-token-of-this-test';
const VIEWER = 'viewer-token-of-this-test';
const ELSEWHERE = { 'x-forwarded-for': '203.0.113.9' };
const bearer = (token: string) => ({ ...ELSEWHERE, authorization: `Bearer ${token}` });

/** What a viewer may ask for that is no GET: to sign in, to say what it wants to look at, tools that look, notices to its browser. */
const VIEWER_MAY = [
  'post /api/auth/login',
  'post /api/auth/logout',
  'post /api/notifications',
  'patch /api/notifications/{}',
  'delete /api/notifications/{}',
  'post /api/notifications/{}/test',
  'post /api/pairings/redeem',
  'post /api/tickets',
  'post /mcp',
  'post /api/webrtc/answer',
  'post /api/webrtc/candidate',
  'post /api/webrtc/offer',
  'post /api/webrtc/stream/{}',
  'post /whep/{}',
  'options /whep/{}',
  'options /whep/{}/{}',
  'delete /whep/{}/{}',
  'patch /whep/{}/{}',
];
/** What a viewer may not even read: passwords, and what the backend was told. */
const ADMIN_READS = [
  'get /api/cameras/export',
  'get /api/cameras/probe/previews/{}',
  'get /api/deliveries',
  'get /api/keys',
  'get /api/logs',
];

describe('Access by route', () => {
  let gateway: TestGateway;
  let routes: string[];

  before(async () => {
    const env = {
      API_TOKEN: ADMIN,
      VIEWER_TOKEN: VIEWER,
      RATE_LIMIT_API: '100000',
      RATE_LIMIT_WRITES: '100000',
      RATE_LIMIT_LOGINS: '100000',
      RATE_LIMIT_CONNECTS: '100000',
      RATE_LIMIT_MOONDREAM: '100000',
    };
    gateway = await TestGateway.open({ env });
    routes = listed(gateway.routes);
  });
  after(() => gateway.close());

  const pathOf = (route: string, id: string): string => (route.split(' ')[1] ?? '').replaceAll('{}', id);
  const methodOf = (route: string): string => route.split(' ')[0] as string;

  async function statusOf(method: string, path: string, headers: Record<string, string>): Promise<number> {
    const ended = new AbortController();
    const response = await fetch(`${gateway.origin}${path}`, {
      method: method.toUpperCase(),
      headers,
      redirect: 'manual',
      signal: ended.signal,
    });
    ended.abort();
    return response.status;
  }

  const changing = (): string[] => routes.filter((route) => /^(post|put|patch|delete|options) /.test(route));

  it('S20: a viewer is refused by every route that changes something', async () => {
    const open: string[] = [];
    for (const route of changing()) {
      const status = await statusOf(methodOf(route), pathOf(route, 'x1'), bearer(VIEWER));
      if (status !== 403) open.push(route);
    }
    expect(changing().length).to.be.greaterThan(25);
    expect(open.filter((route) => !VIEWER_MAY.includes(route))).to.deep.equal([]);
  });

  it('S20: a viewer reads no passwords and no deliveries', async () => {
    for (const route of ADMIN_READS) {
      expect(routes).to.include(route);
      expect(await statusOf('get', pathOf(route, 'x1'), bearer(VIEWER)), route).to.equal(403);
    }
  });

  it('S20: a ticket for something of camera A opens nothing of camera B', async () => {
    const ofCameras = routes.filter((route) =>
      /^get \/(api\/cameras|api\/camera-streams|hls)\/\{\}/.test(route),
    );
    expect(ofCameras.length).to.be.greaterThan(4);
    for (const route of ofCameras) {
      const path = pathOf(route, 'a');
      const answer = await fetch(`${gateway.origin}/api/tickets`, {
        method: 'POST',
        headers: { ...bearer(VIEWER), 'content-type': 'application/json' },
        body: JSON.stringify({ path }),
      });
      const { ticket } = (await answer.json()) as { ticket: string };
      expect(await statusOf('get', `${pathOf(route, 'b')}?ticket=${ticket}`, ELSEWHERE), route).to.be.oneOf([
        401, 403,
      ]);
      expect(await statusOf('get', `${path}?ticket=${ticket}`, ELSEWHERE), route).to.not.be.oneOf([401, 403]);
    }
  });

  it('S20: a key for some cameras reaches no other, and nothing about all, on any route, even with scope admin', async () => {
    const body = JSON.stringify({ name: 'x', scope: 'admin', cameras: ['a'] });
    const headers = { ...bearer(ADMIN), 'content-type': 'application/json' };
    const created = await fetch(`${gateway.origin}/api/keys`, { method: 'POST', headers, body });
    const { key } = (await created.json()) as { key: string };
    const declared = gateway.routes.groups.flatMap((group) => group.routes);
    const closed = declared.filter(
      ({ access, cameraScope }) => access !== 'anyone' && cameraScope === undefined,
    );
    expect(closed.length).to.be.greaterThan(40);
    for (const { id, method, path, socket } of closed) {
      if (socket !== undefined) continue;
      const verb = method === 'all' ? 'get' : method;
      const status = await statusOf(verb, path.replace(/[:*]\w+/g, 'b'), bearer(key));
      expect(status, id).to.equal(path.includes(':cameraId') ? 404 : 403);
    }
  });

  it('S20: an id that is not there is answered with 404, or 503 where only a worker knows, for every client', async () => {
    const named = routes.filter((route) => /^get \/api\/(?!auth|moondream).*\{\}/.test(route));
    expect(named.length).to.be.greaterThan(8);
    for (const route of named) {
      const path = pathOf(route, 'unknown');
      const asViewer = await getJson(gateway.origin + path, bearer(VIEWER));
      const isAdminOnly = ADMIN_READS.some((read) => route.startsWith(read));
      if (!isAdminOnly) expect(asViewer.status, route).to.equal(404);
      expect((await getJson(gateway.origin + path, bearer(ADMIN))).status, route).to.equal(404);
    }
  });

  it('S20: a socket of a viewer takes no message that changes something', async () => {
    const socket = new WebSocket(`${gateway.origin.replace('http', 'ws')}/ws`, { headers: bearer(VIEWER) });
    const codes: string[] = [];
    socket.on('message', (text) => void codes.push(JSON.parse(text.toString()).type));
    await waitFor(() => socket.readyState === socket.OPEN);
    for (const action of ['connect', 'disconnect', 'restart', 'delete', 'analysis'])
      socket.send(JSON.stringify({ action, cameraId: 'a' }));
    await waitFor(() => codes.length === 5);
    expect(new Set(codes)).to.deep.equal(new Set(['error']));
    socket.close();
  });

  it('S21, S23: no path that is not listed leads to a worker, nor to a way to run, dump or restart anything', async () => {
    for (const path of [
      '/internal/cameras',
      '/internal/probe',
      '/internal/metrics',
      '/api/cameras/a/internal',
      '/api/cameras/a/..%2f..%2finternal%2fcameras',
      '/faults',
      '/debug',
      '/debug/pprof',
      '/json/version',
      '/env',
      '/.env',
      '/config',
      '/api/config',
      '/api/exec',
      '/api/restart',
      '/api/shutdown',
    ])
      expect(await statusOf('get', path, {}), path).to.equal(404);
    for (const worker of gateway.workers)
      expect(worker.requests.filter(({ url }) => /faults|probe|env|exec/.test(url))).to.deep.equal([]);
  });

  it('S23: shows no stack, file or line of ours in any refusal', async () => {
    for (const route of routes) {
      const method = methodOf(route);
      if (method === 'all') continue;
      const response = await fetch(`${gateway.origin}${pathOf(route, 'unknown')}`, {
        method: method.toUpperCase(),
        headers: { 'content-type': 'application/json' },
        signal: AbortSignal.timeout(5000),
        ...(['get', 'head', 'options'].includes(method) ? {} : { body: '{"a":[' }),
      });
      if (response.status < 400) await response.body?.cancel();
      else expect(await response.text(), route).to.not.match(/\bat .+:\d+|node_modules|\.ts:|\/gateway\//);
    }
  });
});
