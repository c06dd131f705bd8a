import { expect } from 'chai';
import { SettingsError } from '#shared/settings.ts';
import { loadAuthConfig } from '../../../gateway/config/auth.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { ELSEWHERE, Visitor } from '../../support/visitor.ts';

const ADMIN = 'admin-token-of-this-test';
const PROXY = { AUTH_PROXY_HEADER: 'Remote-User', AUTH_PROXY_ROLE_HEADER: 'Remote-Groups' };

describe('Login by a trusted proxy', () => {
  let gateway: TestGateway;
  afterEach(() => gateway.close());

  async function open(env: Record<string, string>): Promise<Visitor> {
    gateway = await TestGateway.open({ env: { API_TOKEN: ADMIN, ...PROXY, ...env } });
    return new Visitor(gateway.origin);
  }
  const whoIs = async (visitor: Visitor, headers: Record<string, string>) =>
    (await visitor.get('/api/auth', headers)).body;

  it('takes name and role from its headers', async () => {
    const visitor = await open({ AUTH_PROXY_CIDRS: '127.0.0.0/8,::1', AUTH_PROXY_ROLE: 'viewer' });
    for (const [groups, role] of [
      ['family', 'viewer'],
      ['family,Operator', 'operator'],
      ['viewer admin', 'admin'],
      ['administrators', 'viewer'],
    ]) {
      const who = await whoIs(visitor, {
        ...ELSEWHERE,
        'remote-user': 'ada',
        'remote-groups': groups as string,
      });
      expect(who, groups).to.deep.equal({ signedIn: true, role, kind: 'proxy', name: 'ada' });
    }
    expect((await whoIs(visitor, { ...ELSEWHERE, 'remote-user': 'ada' })).role).to.equal('viewer');
  });

  it('gives the role of the setting where the header names none', async () => {
    const visitor = await open({ AUTH_PROXY_CIDRS: '127.0.0.1', AUTH_PROXY_ROLE: 'operator' });
    expect((await whoIs(visitor, { 'remote-user': 'ada' })).role).to.equal('operator');
  });

  it('S1: makes no client this machine itself', async () => {
    const visitor = await open({ AUTH_PROXY_CIDRS: '127.0.0.1' });
    expect(await visitor.raw('/api/cameras', {})).to.equal(401);
    expect(await visitor.raw('/api/cameras', { 'remote-user': ' ' })).to.equal(401);
    expect(await visitor.raw('/api/cameras', { authorization: `Bearer ${ADMIN}` })).to.equal(200);
  });

  it('S1: ignores the headers from every other address', async () => {
    const visitor = await open({ AUTH_PROXY_CIDRS: '10.0.0.0/8' });
    const headers = { ...ELSEWHERE, 'remote-user': 'ada', 'remote-groups': 'admin' };
    expect(await visitor.raw('/api/cameras', headers)).to.equal(401);
    expect(await visitor.upgradeStatus('/ws', headers)).to.equal(401);
  });

  it('S1: refuses a name that came twice, since the client sent one of them', async () => {
    const visitor = await open({ AUTH_PROXY_CIDRS: '127.0.0.1' });
    const twice = { 'remote-user': ['eve', 'ada'] } as unknown as Record<string, string>;
    expect(await visitor.raw('/api/cameras', twice)).to.equal(401);
  });

  it('S5: lets no page of another site act for the person', async () => {
    const visitor = await open({ AUTH_PROXY_CIDRS: '127.0.0.1', AUTH_PROXY_ROLE: 'admin' });
    const person = { ...ELSEWHERE, 'remote-user': 'ada' };
    const disconnect = (headers: Record<string, string>) =>
      visitor.post('/api/cameras/disconnect', { cameraId: 'x' }, { ...person, ...headers });
    expect((await disconnect({ origin: 'https://evil.test' })).status).to.equal(403);
    expect((await disconnect({ origin: gateway.origin })).status).to.equal(200);
    expect(await visitor.raw('/api/cameras', { ...person, host: 'rebound.evil.test' })).to.equal(421);
    expect(await visitor.raw('/api/cameras/disconnect', person, 'POST')).to.equal(403);
  });
});

describe('The settings of a login by a proxy', () => {
  for (const [setting, env] of [
    ['AUTH_PROXY_CIDRS', { AUTH_PROXY_HEADER: 'Remote-User' }],
    ['AUTH_PROXY_CIDRS', { AUTH_PROXY_HEADER: 'Remote-User', AUTH_PROXY_CIDRS: 'proxy.example' }],
    ['AUTH_PROXY_HEADER', { AUTH_PROXY_HEADER: 'Cookie', AUTH_PROXY_CIDRS: '10.0.0.1' }],
    ['AUTH_PROXY_HEADER', { AUTH_PROXY_HEADER: 'Remote User', AUTH_PROXY_CIDRS: '10.0.0.1' }],
    ['AUTH_PROXY_ROLE', { AUTH_PROXY_ROLE: 'root' }],
  ] as const)
    it(`are refused with ${JSON.stringify(env)}, naming ${setting}`, () => {
      expect(() => loadAuthConfig(env)).to.throw(SettingsError, setting);
    });
});
