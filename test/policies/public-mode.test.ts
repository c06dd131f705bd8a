import { expect } from 'chai';
import type { WebSocket } from 'ws';
import { LocalMoondream } from '../gateway/moondream/harness.ts';
import { TestGateway } from '../support/test-gateway.ts';
import { bearer, ELSEWHERE, Visitor } from '../support/visitor.ts';

const ADMIN = 'admin-token-of-this-test';
const VIEWER = 'viewer-token-of-this-test';
const TOKENS = { API_TOKEN: ADMIN, VIEWER_TOKEN: VIEWER };

describe('S1: a gateway with PUBLIC=on', () => {
  let gateway: TestGateway;
  afterEach(() => gateway.close());

  it('asks for a login also where a TCP proxy makes a client look local', async () => {
    gateway = await TestGateway.open({ env: { ...TOKENS, PUBLIC: 'on' } });
    const client = new Visitor(gateway.origin);
    // What comes through stunnel, socat or ssh -R: a loopback socket, a Host of the client's choice, no header.
    expect(await client.raw('/api/cameras', { host: 'localhost' })).to.equal(401);
    expect(await client.upgradeStatus('/ws', { host: 'localhost' })).to.equal(401);
    expect((await client.get('/api/auth', {})).body).to.include({ signedIn: false, role: null });
  });

  it('limits the requests and sockets of a client that looks local', async () => {
    const env = { ...TOKENS, PUBLIC: 'on', RATE_LIMIT_API: '2', MAX_SOCKETS_PER_CLIENT: '1' };
    gateway = await TestGateway.open({ env });
    const client = new Visitor(gateway.origin);
    const headers = { authorization: `Bearer ${ADMIN}` };
    const socket = await client.socket('/ws', headers);
    expect(await client.upgradeStatus('/ws', headers)).to.equal(429);
    socket.terminate();
    const answers = [];
    for (let n = 0; n < 3; n += 1) answers.push((await client.get('/api/cameras', headers)).status);
    expect(answers).to.deep.equal([200, 200, 429]);
  });
});

describe('S18: guesses of tokens', () => {
  let gateway: TestGateway;
  afterEach(() => gateway.close());

  it('are refused after RATE_LIMIT_LOGINS invalid ones, over HTTP and at sockets alike', async () => {
    gateway = await TestGateway.open({ env: { ...TOKENS, RATE_LIMIT_LOGINS: '2' } });
    const client = new Visitor(gateway.origin);
    expect((await client.get('/api/cameras', bearer('wrong-1'))).status).to.equal(401);
    expect(await client.upgradeStatus('/ws', bearer('wrong-2'))).to.equal(401);
    const { status, headers, body } = await client.get('/api/cameras', bearer('wrong-3'));
    expect([status, body.code]).to.deep.equal([429, 'too-many-requests']);
    expect(Number(headers.get('retry-after'))).to.be.within(1, 60);
    expect((await client.get('/api/cameras', bearer(ADMIN))).status).to.equal(429);
    expect(await client.upgradeStatus('/ws', bearer('wrong-4'))).to.equal(429);
  });

  it('do not lock out a client that has shown its token before', async () => {
    gateway = await TestGateway.open({ env: { ...TOKENS, RATE_LIMIT_LOGINS: '1' } });
    const client = new Visitor(gateway.origin);
    expect((await client.get('/api/cameras', bearer(VIEWER))).status).to.equal(200);
    for (const token of ['wrong-1', 'wrong-2']) await client.get('/api/cameras', bearer(token));
    expect((await client.get('/api/cameras', bearer(VIEWER))).status).to.equal(200);
  });

  it('are counted by address at the sign-in, also for viewers that are signed in', async () => {
    gateway = await TestGateway.open({ env: { ...TOKENS, RATE_LIMIT_LOGINS: '3' } });
    const client = new Visitor(gateway.origin);
    const first = await client.signIn(VIEWER);
    const second = await client.signIn(VIEWER);
    const answers = [];
    for (const session of [first, second])
      answers.push((await client.post('/api/auth/login', { token: 'wrong' }, session)).status);
    expect(answers).to.deep.equal([401, 429]);
  });
});

describe('The official Moondream clients', () => {
  const QUESTION = { image_url: 'data:image/jpeg;base64,/9j/4AAQ', question: 'What is this?' };
  let gateway: TestGateway;
  let moondream: LocalMoondream;
  beforeEach(async () => {
    moondream = await LocalMoondream.open();
    gateway = await TestGateway.open({ env: { ...TOKENS, MOONDREAM_API_URL: moondream.url } });
  });
  afterEach(async () => {
    await gateway.close();
    moondream.close();
  });

  it('sign in with the gateway’s token as their key, which goes no further', async () => {
    const headers = { ...ELSEWHERE, 'x-moondream-auth': ADMIN };
    const { status } = await new Visitor(gateway.origin).post('/api/moondream/query', QUESTION, headers);
    expect(status).to.equal(200);
    expect(JSON.stringify(moondream.requests)).not.to.include(ADMIN);
  });

  it('are refused with another key, and nowhere else admitted by it', async () => {
    const client = new Visitor(gateway.origin);
    const ask = (key: string) =>
      client.post('/api/moondream/query', QUESTION, { ...ELSEWHERE, 'x-moondream-auth': key });
    expect((await ask('a-key-of-the-cloud')).status).to.equal(401);
    const elsewhere = await client.get('/api/cameras', { ...ELSEWHERE, 'x-moondream-auth': ADMIN });
    expect(elsewhere.status).to.equal(401);
  });
});

describe('S17: the limit of connections', () => {
  it('holds for WebSockets too', async () => {
    const gateway = await TestGateway.open({ env: { MAX_CONNECTIONS: '10' } });
    const client = new Visitor(gateway.origin);
    const sockets: WebSocket[] = [];
    try {
      let refusal: Error | undefined;
      while (refusal === undefined && sockets.length < 20)
        await client.socket('/ws', {}).then(
          (socket) => sockets.push(socket),
          (error: Error) => {
            refusal = error;
          },
        );
      expect(refusal?.message).to.include('503');
      expect(sockets.length).to.be.below(11);
    } finally {
      for (const socket of sockets) socket.terminate();
      await gateway.close();
    }
  });
});

describe('HEAD of an event stream', () => {
  it('ends, and holds no place', async () => {
    const gateway = await TestGateway.open();
    try {
      for (const path of ['/api/status/stream', '/api/events/stream']) {
        const response = await fetch(`${gateway.origin}${path}`, { method: 'HEAD' });
        expect(response.headers.get('content-type')).to.match(/^text\/event-stream/);
        expect(await response.text()).to.equal('');
      }
    } finally {
      await gateway.close();
    }
  });
});
