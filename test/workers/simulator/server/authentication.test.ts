import { expect } from 'chai';
import type { SimulatorCredentials } from '../../../../workers/simulator/server/authentication.ts';
import { answerChallenge } from '../support/rtsp-probe.ts';
import { Stage } from '../support/serve.ts';

const username = 'admin';
const password = 'p@ss:w/rd#1';

describe('digest authentication', () => {
  const stage = new Stage();
  afterEach(() => stage.close());

  async function describeWith(
    credentials: SimulatorCredentials,
    given: { username: string; password: string },
  ) {
    const server = await stage.serveCamera({ credentials });
    const probe = await stage.connect(server);
    const refused = await probe.request('DESCRIBE', '/cam');
    const challenge = refused.header('www-authenticate') ?? '';
    const uri = server.url('/cam');
    const authorization = answerChallenge(challenge, { ...given, method: 'DESCRIBE', uri });
    const answer = await probe.request('DESCRIBE', '/cam', { Authorization: authorization });
    return { server, probe, refused, challenge, authorization, answer };
  }

  for (const [name, credentials] of [
    ['MD5, the default', { username, password }],
    ['MD5 with quality of protection', { username, password, algorithm: 'MD5', qop: true }],
    ['SHA-256', { username, password, algorithm: 'SHA-256', qop: true }],
  ] as const) {
    it(`lets in who knows the password (${name})`, async () => {
      const { refused, answer } = await describeWith(credentials, { username, password });
      expect([refused.status, answer.status]).to.deep.equal([401, 200]);
    });

    it(`refuses a wrong password (${name})`, async () => {
      const { answer, server } = await describeWith(credentials, { username, password: 'guess' });
      expect(answer.status).to.equal(401);
      expect(server.stats().rejectedCredentials).to.equal(1);
    });
  }

  it('names algorithm and quality of protection only when they were chosen', async () => {
    const plain = await describeWith({ username, password }, { username, password });
    expect(plain.challenge).to.not.match(/algorithm|qop/);
    const strict = await describeWith(
      { username, password, algorithm: 'SHA-256', qop: true },
      { username, password },
    );
    expect(strict.challenge).to.match(/algorithm=SHA-256, qop="auth"/);
  });

  it('refuses another user with the right password', async () => {
    const { answer } = await describeWith({ username, password }, { username: 'guest', password });
    expect(answer.status).to.equal(401);
  });

  it('refuses an answer that was made for another method', async () => {
    const { probe, authorization } = await describeWith({ username, password }, { username, password });
    const transport = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' };
    const answer = await probe.request('SETUP', '/cam/trackID=0', {
      ...transport,
      Authorization: authorization,
    });
    expect(answer.status).to.equal(401);
  });

  it('refuses an answer to the challenge of another connection', async () => {
    const { server, authorization } = await describeWith({ username, password }, { username, password });
    const other = await stage.connect(server);
    expect((await other.request('DESCRIBE', '/cam', { Authorization: authorization })).status).to.equal(401);
  });

  it('asks before it tells whether a path is there', async () => {
    const probe = await stage.connect(await stage.serveCamera({ credentials: { username, password } }));
    expect((await probe.request('DESCRIBE', '/other')).status).to.equal(401);
  });

  it('answers OPTIONS without', async () => {
    const probe = await stage.connect(await stage.serveCamera({ credentials: { username, password } }));
    expect((await probe.request('OPTIONS', '/cam')).status).to.equal(200);
  });
});
