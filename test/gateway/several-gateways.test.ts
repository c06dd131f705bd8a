import { once } from 'node:events';
import { expect } from 'chai';
import { readMessages } from '#shared/client/message-stream.ts';
import { SHARED_MS as SIGN_OUTS_MS } from '../../gateway/auth/ended-sessions.ts';
import { SHARED_MS as KEYS_MS } from '../../gateway/auth/keys/key-ring.ts';
import { REFRESH_MS } from '../../gateway/cameras/registry.ts';
import { createPostgresDatabase } from '../support/stores.ts';
import { TestGateway } from '../support/test-gateway.ts';
import { bearer, Visitor } from '../support/visitor.ts';
import { waitFor } from '../support/wait-for.ts';
import { MediamtxDouble } from './devices/mediamtx/mediamtx-double.ts';

const TOKEN = 'the-token-of-all-gateways';

describe('Two gateways on one PostgreSQL', () => {
  if (process.env.TEST_DATABASE_URL === undefined) {
    it('is skipped: TEST_DATABASE_URL names no server', function () {
      if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
      this.skip();
    });
    return;
  }
  let mediamtx: MediamtxDouble;
  let gateways: TestGateway[];
  let here: Visitor;
  let there: Visitor;

  before(async () => {
    mediamtx = await MediamtxDouble.open();
    const env = {
      DATABASE_URL: await createPostgresDatabase(),
      PUBLIC: 'on',
      API_TOKEN: TOKEN,
      SECRET_KEY: 'a key that all of them have',
      MEDIAMTX_API_URL: mediamtx.origin,
    };
    gateways = [await TestGateway.open({ env }), await TestGateway.open({ env })];
    [here, there] = gateways.map(({ origin }) => new Visitor(origin)) as [Visitor, Visitor];
  });
  after(async () => {
    await Promise.all(gateways.map((gateway) => gateway.close()));
    mediamtx.close();
  });

  // First: its turn asks again every minute.
  it('leave MediaMTX to one of them', async () => {
    const stateOf = async (visitor: Visitor) =>
      (await visitor.get('/health', bearer(TOKEN))).body.mediamtx.status;
    await waitFor(async () => {
      const states = await Promise.all([here, there].map(stateOf));
      return states.sort().join() === 'ok,standby';
    });
    expect(mediamtx.calls.filter((call) => call === 'GET /v3/paths/list')).to.have.length(1);
  });

  it('take the session that a browser began at the other one, until it signs out', async () => {
    const session = await here.signIn(TOKEN);
    const at = { ...session, origin: there.origin };
    expect((await there.get('/api/cameras', at)).status).to.equal(200);
    await here.post('/api/auth/logout', {}, session);
    await waitFor(async () => (await there.get('/api/cameras', at)).status === 401);
  });

  it('see a camera that was added and changed at the other one', async () => {
    const camera = { id: 'shared', name: 'Shared', location: 'Here', ip: '192.0.2.1', port: 554 };
    expect((await here.post('/api/cameras', camera, bearer(TOKEN))).status).to.equal(201);
    const seen = () => there.get('/api/cameras/shared', bearer(TOKEN));
    await waitFor(async () => (await seen()).status === 200);
    const renamed = await fetch(`${here.origin}/api/cameras/shared`, {
      method: 'PATCH',
      headers: { ...bearer(TOKEN), 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Renamed' }),
    });
    expect(renamed.status).to.equal(200);
    await waitFor(async () => (await seen()).body.name === 'Renamed');
  });

  it('look for what the others changed every second', () => {
    for (const everyMs of [REFRESH_MS.postgres, SIGN_OUTS_MS, KEYS_MS]) expect(everyMs).to.be.at.most(1000);
  });

  it('tell those who listen of cameras that come, change and go at the other one', async () => {
    const ending = new AbortController();
    const { signal } = ending;
    const response = await fetch(`${there.origin}/api/status/stream`, { headers: bearer(TOKEN), signal });
    let ids: string[] = [];
    const names = new Map<string, string>();
    const read = async (): Promise<void> => {
      for await (const { data } of readMessages(response)) {
        const told = JSON.parse(data);
        ids = told.ids ?? ids;
        for (const [id, camera] of Object.entries<{ name: string }>(told.cameras ?? {}))
          names.set(id, camera.name);
      }
    };
    const reading = read().catch(() => {});
    const change = (method: string, path: string, body?: object) =>
      fetch(`${here.origin}/api/cameras${path}`, {
        method,
        headers: { ...bearer(TOKEN), 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
    const camera = { id: 'told', name: 'First', ip: '192.0.2.20', enabled: false };
    expect((await change('POST', '', camera)).status).to.equal(201);
    await waitFor(() => ids.includes('told') && names.get('told') === 'First');
    expect((await change('PATCH', '/told', { name: 'Second' })).status).to.equal(200);
    await waitFor(() => names.get('told') === 'Second');
    expect((await change('DELETE', '/told')).ok).to.equal(true);
    await waitFor(() => !ids.includes('told'));
    ending.abort();
    await reading;
  });

  it('close the sockets of a user who signs out at the other one', async () => {
    const session = await here.signIn(TOKEN);
    const socket = await there.socket('/ws', { ...session, origin: there.origin });
    const closed = once(socket, 'close');
    await here.post('/api/auth/logout', {}, session);
    expect((await closed)[0]).to.equal(1008);
  });

  it('take cameras without an id that are added at the same moment, each under an id of its own', async () => {
    const add = (gateway: Visitor, host: number) =>
      gateway.post('/api/cameras', { ip: `192.0.2.${host}`, enabled: false }, bearer(TOKEN));
    const answers = await Promise.all([add(here, 11), add(there, 12), add(here, 13), add(there, 14)]);
    expect(answers.map(({ status }) => status)).to.deep.equal([201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).to.equal(4);
  });
});
