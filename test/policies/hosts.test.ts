import { connect } from 'node:net';
import { hostname } from 'node:os';
import { expect } from 'chai';
import { isOurHost } from '../../gateway/auth/host-check.ts';
import { TestGateway } from '../support/test-gateway.ts';
import { ELSEWHERE, Visitor } from '../support/visitor.ts';

const ADMIN = 'admin-token-of-this-test';
const FOREIGN = 'rebound.evil.test';

describe('S4: host names', () => {
  let gateway: TestGateway;
  let visitor: Visitor;
  before(async () => {
    gateway = await TestGateway.open({ env: { API_TOKEN: ADMIN, RATE_LIMIT_LOGINS: '1000' } });
    visitor = new Visitor(gateway.origin);
  });
  after(() => gateway.close());

  const withToken = { ...ELSEWHERE, authorization: `Bearer ${ADMIN}` };

  it('need no setting on a network of one’s own: without a dot, of multicast DNS, of this machine', async () => {
    for (const host of ['raspberrypi.local', 'homeserver', 'gateway:5000', 'PI.LOCAL:5000', hostname()])
      expect(await visitor.raw('/signin', { ...ELSEWHERE, host }), host).to.equal(200);
    expect(isOurHost('cams.example.com:443', [], 'Cams.Example.com')).to.equal(true);
    expect(isOurHost('example.com', [], 'cams.example.com')).to.equal(false);
  });

  it('are any with a valid token, key or ticket, over HTTP and at sockets', async () => {
    const { body: key } = await visitor.post('/api/keys', { name: 'x', scope: 'view' }, withToken);
    const { body } = await visitor.post('/api/tickets', { path: '/api/cameras' }, withToken);
    const basic = `Basic ${Buffer.from(`any:${key.key}`).toString('base64')}`;
    const host = 'cameras.my-tunnel.example';
    for (const authorization of [withToken.authorization, `Bearer ${key.key}`, basic])
      expect(await visitor.raw('/api/cameras', { ...ELSEWHERE, host, authorization })).to.equal(200);
    expect(await visitor.raw(`/api/cameras?ticket=${body.ticket}`, { ...ELSEWHERE, host })).to.equal(200);
    expect(await visitor.upgradeStatus('/ws', { ...withToken, host })).to.equal(101);
    const wrong = { ...ELSEWHERE, host, authorization: 'Bearer not-a-token-of-ours' };
    expect(await visitor.raw('/api/cameras', wrong)).to.equal(401);
  });

  it('are refused without credentials, on this machine too, and with a cookie', async () => {
    const session = await visitor.signIn(ADMIN);
    const asked = [{}, ELSEWHERE, session, { ...session, origin: `http://${FOREIGN}` }];
    for (const headers of asked) {
      expect(await visitor.raw('/api/cameras', { ...headers, host: FOREIGN })).to.equal(421);
      expect(await visitor.raw('/api/cameras', { ...headers, host: FOREIGN }, 'POST')).to.be.oneOf([
        403, 421,
      ]);
      expect(await visitor.upgradeStatus('/ws', { ...headers, host: FOREIGN })).to.be.oneOf([403, 421]);
    }
    for (const host of ['local', 'localhost.evil.test', 'pi.local.evil.test', 'evil.test.'])
      expect(await visitor.raw('/api/cameras', { host }), host).to.be.oneOf([401, 421]);
    expect(await visitor.raw('/livez', { host: FOREIGN }), 'probes may use any name').to.equal(200);
  });
});

describe('S1: behind a proxy with the defaults of nginx', () => {
  let gateway: TestGateway;
  afterEach(() => gateway.close());

  /** It adds no header, and takes the address that it dials for a Host. */
  const asNginx = (origin: string, path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname: host, port } = new URL(origin);
      const socket = connect(Number(port), host, () => {
        socket.end(`GET ${path} HTTP/1.0\r\nHost: ${host}:${port}\r\nConnection: close\r\n\r\n`);
      });
      socket.once('data', (data) => resolve(data.toString().split('\r\n')[0] as string));
      socket.once('error', reject);
    });

  for (const mode of ['on', 'off'])
    it(`no stranger passes for this machine, with PUBLIC=${mode}`, async () => {
      gateway = await TestGateway.open({ env: { API_TOKEN: ADMIN, PUBLIC: mode } });
      expect(await asNginx(gateway.origin, '/api/cameras')).to.equal('HTTP/1.1 401 Unauthorized');
      expect(await asNginx(gateway.origin, '/api/cameras/export')).to.equal('HTTP/1.1 401 Unauthorized');
      expect(await asNginx(gateway.origin, '/livez')).to.equal('HTTP/1.1 200 OK');
    });
});
