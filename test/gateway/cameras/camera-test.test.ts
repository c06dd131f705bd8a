import { expect } from 'chai';
import { refuseWith } from '../../doubles/worker-double.ts';
import { getJson, postJson } from '../../support/http.ts';
import { TestGateway } from '../../support/test-gateway.ts';

const RESULT = { codec: 'h264', width: 1280, height: 720, ms: 240 };
const PASSWORD = 'p@ss:w/rd#1';

describe('Testing a camera', () => {
  let gateway: TestGateway;
  let api: string;

  beforeEach(async () => {
    gateway = await TestGateway.open();
    api = `${gateway.origin}/api/cameras`;
    for (const worker of gateway.workers)
      worker.answers.set(
        'POST /internal/test',
        (_request, response) => void response.end(JSON.stringify(RESULT)),
      );
  });
  afterEach(() => gateway.close());

  const tested = () =>
    gateway.workers
      .flatMap((worker) => worker.seen('POST', '/internal/test'))
      .map(({ body }) => JSON.parse(body).source);

  it('tells what its first picture was, and keeps nothing', async () => {
    const { status, body } = await postJson(`${api}/test`, {
      ip: '10.0.0.9',
      username: 'me',
      password: PASSWORD,
    });
    expect([status, body]).to.deep.equal([200, { success: true, ...RESULT }]);
    expect(tested()).to.have.length(1);
    expect(tested()[0]).to.include({ kind: 'rtsp', host: '10.0.0.9', path: '/1', password: PASSWORD });
    expect((await getJson(api)).body).to.deep.equal([]);
  });

  it('tells the problem of the camera, and which field it is about', async () => {
    for (const worker of gateway.workers)
      worker.answers.set(
        'POST /internal/test',
        refuseWith(502, { code: 'camera-unauthorized', error: 'The camera refuses the password' }),
      );
    const { status, body } = await postJson(`${api}/test`, { ip: '10.0.0.9' });
    expect([status, body.code, body.field]).to.deep.equal([502, 'camera-unauthorized', 'password']);
    expect(body.hint).to.include('Check user name and password');
  });

  it('checks the fields as storing does, and asks no camera then', async () => {
    for (const [given, field] of [
      [{}, 'url'],
      [{ ip: 'a b' }, 'ip'],
      [{ ip: '10.0.0.9', port: 0 }, 'port'],
    ] as const) {
      const { status, body } = await postJson(`${api}/test`, given);
      expect([status, body.field]).to.deep.equal([400, field]);
    }
    expect(tested()).to.deep.equal([]);
  });

  it('tests changes of a stored camera with its stored password', async () => {
    await postJson(api, { id: 'gate', ip: '10.0.0.9', password: PASSWORD });
    await postJson(`${api}/test`, { id: 'gate', streamPath: '/low' });
    await postJson(`${api}/test`, { id: 'gate' });
    const seen = tested().map(({ host, path, password }) => `${path} of ${host} with ${password}`);
    expect(seen).to.have.members([`/low of 10.0.0.9 with ${PASSWORD}`, `/1 of 10.0.0.9 with ${PASSWORD}`]);
    expect((await getJson(`${api}/gate`)).body.rtspUrl).to.include('/1');
  });

  it('sends a stored password to no other host', async () => {
    await postJson(api, { id: 'gate', ip: '10.0.0.9', password: PASSWORD });
    const { status, body } = await postJson(`${api}/test`, { id: 'gate', ip: '10.6.6.6' });
    expect([status, body.field]).to.deep.equal([400, 'password']);
    expect(tested()).to.deep.equal([]);
  });

  it('says when to come back while no worker is ready', async () => {
    await Promise.all([gateway.kill(0), gateway.kill(1)]);
    const { status, body, headers } = await postJson(`${api}/test`, { ip: '10.0.0.9' });
    expect([status, body.code, headers.get('retry-after')]).to.deep.equal([503, 'worker-not-ready', '1']);
  });

  it('keeps the word from being an id', async () => {
    const { status, body } = await postJson(api, { id: 'test', ip: '10.0.0.9' });
    expect([status, body.field]).to.deep.equal([400, 'id']);
  });
});
