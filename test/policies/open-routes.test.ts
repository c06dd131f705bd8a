import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { listed } from '../support/mounted.ts';
import { TestGateway } from '../support/test-gateway.ts';
import { bearer, ELSEWHERE, Visitor } from '../support/visitor.ts';

const ADMIN = 'admin-token-of-this-test';
const VIEWER = 'viewer-token-of-this-test';
/** All that strangers may ask for. */
const OPEN = [
  'get /api/auth',
  'get /health',
  'get /livez',
  'get /readyz',
  'get /signin',
  'get /signin/icon.svg',
  'get /signin/signin.css',
  'get /signin/signin.js',
  'post /api/auth/login',
  'post /api/auth/logout',
  'post /api/pairings/redeem',
];
/** Claims of a remote request to pass for this machine. */
const CLAIMS = [
  'x-forwarded-for',
  'x-forwarded-host',
  'x-real-ip',
  'forwarded',
  'via',
  'true-client-ip',
  'cf-connecting-ip',
];

describe('S1: without a token', () => {
  let gateway: TestGateway;
  let visitor: Visitor;
  let routes: string[];

  before(async () => {
    const env = {
      API_TOKEN: ADMIN,
      VIEWER_TOKEN: VIEWER,
      RATE_LIMIT_API: '10000',
      RATE_LIMIT_WRITES: '10000',
      RATE_LIMIT_LOGINS: '10000',
    };
    gateway = await TestGateway.open({ env });
    visitor = new Visitor(gateway.origin);
    routes = listed(gateway.routes);
  });
  after(() => gateway.close());

  /** Requests to each route, with every method. */
  function requests(): { method: string; path: string }[] {
    return routes.flatMap((route) => {
      const [kind = '', path = ''] = route.split(' ');
      const methods = kind === 'all' ? ['get', 'post', 'patch', 'delete'] : [kind];
      return methods.map((method) => ({ method, path: path.replaceAll('{}', '1') }));
    });
  }

  it('only health and the sign-in answer to strangers, of all routes that there are', async () => {
    const answered: string[] = [];
    for (const { method, path } of requests()) {
      if ((await visitor.raw(path, ELSEWHERE, method.toUpperCase())) !== 401)
        answered.push(`${method} ${path}`);
    }
    expect(requests().length).to.be.greaterThan(60);
    expect(answered.sort()).to.deep.equal(OPEN);
  });

  it('no remote client passes for this machine by what a request claims, on any route', async () => {
    for (const { method, path } of requests()) {
      if (OPEN.includes(`${method} ${path}`)) continue;
      const claim = CLAIMS[path.length % CLAIMS.length] as string;
      const status = await visitor.raw(path, { [claim]: '127.0.0.1' }, method.toUpperCase());
      expect(status, `${method} ${path} with ${claim}`).to.equal(401);
    }
    for (const claim of CLAIMS)
      expect(await visitor.raw('/api/cameras', { [claim]: '127.0.0.1' }), claim).to.equal(401);
  });

  it('no socket is opened', async () => {
    const sockets = gateway.routes.groups
      .flatMap(({ routes: declared }) => declared)
      .filter(({ socket }) => socket !== undefined)
      .map(({ path }) => path.replace(/:\w+/, '1_0'));
    expect(sockets).to.have.length(4);
    for (const path of sockets) expect(await visitor.upgradeStatus(path), path).to.equal(401);
  });

  it('a route that is added tomorrow is closed, to viewers too', async () => {
    for (const path of ['/api/new', '/api/cameras/1/new', '/new', '/api/auth/new', '/health/new']) {
      expect(await visitor.raw(path), path).to.equal(401);
      expect(await visitor.raw(path, bearer(VIEWER)), path).to.equal(403);
      expect(await visitor.raw(path, bearer(VIEWER), 'POST'), path).to.equal(403);
    }
  });

  it('no spelling of a path leads past the gate', async () => {
    const spellings = [
      '//api/cameras',
      '/api//cameras',
      '/API/cameras',
      '/api\\cameras',
      '/signin/../api/cameras',
      '/signin/%2e%2e/api/cameras',
      '/hls/../health',
      '/api/cameras/./status',
      '/api/cameras#/../../health',
      '//127.0.0.1/health',
      'http://127.0.0.1/api/cameras',
      'http://[/api/cameras',
      '//',
    ];
    for (const target of spellings) expect(await visitor.raw(target), target).to.be.oneOf([400, 401, 404]);
    for (const target of [
      'export',
      'EXPORT',
      'Export',
      'export/',
      'EXPORT/',
      'export#',
      './export',
      '%65xport',
    ])
      expect(await visitor.raw(`/api/cameras/${target}`, bearer(VIEWER)), target).to.be.oneOf([
        400, 403, 404,
      ]);
    expect(await visitor.raw('/api/cameras/export', bearer(ADMIN))).to.equal(200);
    expect(await visitor.raw(`${gateway.origin}/livez`), 'a whole address, as proxies send it').to.equal(200);
  });

  it('no spelling of a socket’s path ends the gateway', async () => {
    for (const target of ['//', 'http://[/ws', '/..', '*', '/ws#', '/%']) {
      const socket = connect(Number(new URL(gateway.origin).port), '127.0.0.1');
      const lines = [
        `GET ${target} HTTP/1.1`,
        'Host: localhost',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      ];
      socket.end(`${lines.join('\r\n')}\r\n\r\n`);
      const [answer] = await once(socket, 'data');
      expect(String(answer), target).to.match(/^HTTP\/1\.1 40[04]/);
      socket.destroy();
    }
    expect((await visitor.get('/livez')).status).to.equal(200);
  });
});
