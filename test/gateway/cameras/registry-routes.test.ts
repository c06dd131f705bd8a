import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { asRtsp } from '../../support/camera-source.ts';
import { getJson } from '../../support/http.ts';
import { TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';

const PASSWORD = 'p@ss:w/rd#1';

describe('The routes of the registry', () => {
  let gateway: TestGateway;
  let api: string;

  beforeEach(async () => {
    gateway = await TestGateway.open();
    api = `${gateway.origin}/api/cameras`;
  });
  afterEach(() => gateway.close());

  async function send(method: string, path: string, body?: object) {
    const response = await fetch(`${api}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
  }
  const running = (id: string) =>
    gateway.workers.map(({ cameras }) => cameras.get(id)).find((camera) => camera !== undefined);

  it('stores a camera, keeps it connected, and shows everything but its password', async () => {
    const { status, headers, body } = await send('POST', '', {
      id: 'gate',
      name: 'Gate',
      location: 'North',
      ip: '10.0.0.9',
      password: PASSWORD,
      analysis: { motion: true },
    });
    expect([status, headers.get('location')]).to.deep.equal([201, '/api/cameras/gate']);
    expect(body).to.deep.include({
      id: 'gate',
      name: 'Gate',
      location: 'North',
      rtspUrl: 'rtsp://admin:***@10.0.0.9:554/1',
      hasPassword: true,
      enabled: true,
      origin: 'registry',
      analysis: { motion: true, persons: false, faces: false },
    });
    await waitFor(() => asRtsp(running('gate')?.source)?.password === PASSWORD);
    const all = JSON.stringify([await getJson(api), await getJson(`${api}/gate`), gateway.lines]);
    expect(all).to.include('gate').and.not.include(PASSWORD);
  });

  it('changes analysis and name of a camera that is connected but not stored, and nothing else', async () => {
    const connect = { cameraId: 'guest', ip: '10.0.0.9' };
    expect((await send('POST', '/connect', connect)).status).to.equal(200);
    const analysis = { motion: true, persons: true, faces: false };
    const changed = await send('PATCH', '/guest', { name: 'Guest', analysis });
    expect(changed.status).to.equal(200);
    expect(changed.body).to.deep.include({ name: 'Guest', analysis, origin: 'connected' });
    expect((await getJson(`${api}/guest`)).body).to.deep.include({ name: 'Guest', analysis });
    const refused = await send('PATCH', '/guest', { ip: '10.0.0.10' });
    expect(refused).to.deep.include({ status: 400 });
    expect(refused.body).to.include({ code: 'invalid-field', field: 'ip' });
    expect(asRtsp(running('guest')?.source)?.host).to.equal('10.0.0.9');
  });

  it('answers a taken id with 409, an unknown one with 404 and bad input with 400, naming the field', async () => {
    await send('POST', '', { id: 'gate', ip: '10.0.0.9' });
    const answers = [
      await send('POST', '', { id: 'gate', ip: '10.0.0.10' }),
      await send('PATCH', '/unknown', { name: 'x' }),
      await send('DELETE', '/unknown'),
      await send('POST', '', { id: 'a b', ip: '10.0.0.10' }),
      await send('PATCH', '/gate', { enabled: 'yes' }),
      await send('PATCH', '/gate', {}),
    ];
    expect(answers.map(({ status, body }) => `${status} ${body.code} ${body.field}`)).to.deep.equal([
      '409 camera-exists id',
      '404 camera-not-found undefined',
      '404 camera-not-found undefined',
      '400 invalid-field id',
      '400 invalid-field enabled',
      '400 invalid-field body',
    ]);
  });

  it('changes one camera without touching another', async () => {
    await send('POST', '', { id: 'gate', ip: '10.0.0.9' });
    await send('POST', '', { id: 'yard', ip: '10.0.0.10' });
    await waitFor(() => running('gate') !== undefined && running('yard') !== undefined);
    const calls = () =>
      gateway.workers.flatMap(({ requests }) => requests.filter(({ url }) => url.endsWith('/yard'))).length;
    const before = calls();
    await send('PATCH', '/gate', { streamPath: '/low' });
    await waitFor(() => asRtsp(running('gate')?.source)?.path === '/low');
    await send('PATCH', '/gate', { enabled: false });
    await waitFor(() => running('gate') === undefined);
    expect((await send('DELETE', '/gate')).status).to.equal(204);
    expect((await getJson(`${api}/gate`)).status).to.equal(404);
    expect(calls()).to.equal(before);
  });

  it('lists page by page, in order, and says where the next one begins', async () => {
    for (const id of ['10', '9', 'a', '1']) await send('POST', '', { id, ip: '10.0.0.9' });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { headers: Headers; body: { id: string }[] } = await getJson(
        `${api}?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...page.body.map(({ id }) => id));
      cursor = page.headers.get('x-next-cursor');
    }
    expect(seen).to.deep.equal(['1', '9', '10', 'a']);
    const { status, body } = await getJson(`${api}?limit=1001`);
    expect([status, body.field]).to.deep.equal([400, 'limit']);
  });

  it('exports passwords only with the secret key', async () => {
    await send('POST', '', { id: 'gate', ip: '10.0.0.9', password: PASSWORD });
    const key = readFileSync(join(gateway.dataDir, 'secret.key'), 'utf8').trim();
    const ask = async (headers: Record<string, string>) => {
      const response = await fetch(`${api}/export?passwords=true`, { headers });
      return { status: response.status, text: await response.text() };
    };
    expect(JSON.stringify((await getJson(`${api}/export`)).body)).to.not.include(PASSWORD);
    expect((await ask({})).status).to.equal(400);
    expect((await ask({ 'x-secret-key': 'wrong' })).status).to.equal(403);
    const full = await ask({ 'x-secret-key': key });
    expect(JSON.parse(full.text).cameras[0].password).to.equal(PASSWORD);
  });

  it('imports what was exported', async () => {
    await send('POST', '', { id: 'gate', ip: '10.0.0.9' });
    const { body } = await getJson(`${api}/export`);
    await send('DELETE', '/gate');
    expect((await send('POST', '/import', body)).body).to.deep.equal({ success: true, imported: 1 });
    expect((await getJson(`${api}/gate`)).status).to.equal(200);
  });

  it('stores a camera over HTTP, and takes it back from an export with the password it keeps', async () => {
    const { status, body } = await send('POST', '', {
      id: 'old',
      url: `http://cam:${PASSWORD}@10.0.0.9/video`,
    });
    expect([status, body.sourceType, body.rtspUrl, body.hasPassword]).to.deep.equal([
      201,
      'http',
      'http://cam:***@10.0.0.9:80/video',
      true,
    ]);
    const exported = (await getJson(`${api}/export`)).body;
    expect(JSON.stringify(exported)).to.not.include(PASSWORD);
    expect((await send('POST', '/import', exported)).status).to.equal(200);
    const moved = await send('PATCH', '/old', { port: 8080, streamPath: 'shot.jpg', password: PASSWORD });
    expect(moved.body.rtspUrl).to.equal('http://cam:***@10.0.0.9:8080/shot.jpg');
    const again = await send('PATCH', '/old', { url: 'http://cam:***@10.0.0.9:8080/other.jpg' });
    expect(again.body.rtspUrl).to.equal('http://cam:***@10.0.0.9:8080/other.jpg');
    const elsewhere = await send('PATCH', '/old', { url: 'http://cam:***@10.0.0.66:8080/' });
    expect([elsewhere.status, elsewhere.body.field]).to.deep.equal([400, 'password']);
    await waitFor(() => {
      const source = running('old')?.source;
      return source?.kind === 'http' && source.port === 8080 && source.password === PASSWORD;
    });
  });

  it('refuses the transport of RTSP for a camera over HTTP', async () => {
    const refused = await send('POST', '', { id: 'old', url: 'http://10.0.0.9/video', transport: 'udp' });
    expect([refused.status, refused.body.field]).to.deep.equal([400, 'transport']);
    await send('POST', '', { id: 'old', url: 'http://10.0.0.9/video' });
    const changed = await send('PATCH', '/old', { transport: 'udp' });
    expect([changed.status, changed.body.field]).to.deep.equal([400, 'transport']);
    const turned = await send('PATCH', '/old', { url: 'rtsp://10.0.0.9/1', transport: 'udp' });
    expect([turned.body.sourceType, turned.body.rtspUrl]).to.deep.equal(['rtsp', 'rtsp://10.0.0.9:554/1']);
  });

  it('connects a stored camera to something else for this life only', async () => {
    await send('POST', '', { id: 'gate', ip: '10.0.0.9' });
    await send('POST', '/connect', { cameraId: 'gate', ip: '10.0.0.77' });
    await waitFor(() => asRtsp(running('gate')?.source)?.host === '10.0.0.77');
    await send('POST', '/disconnect', { cameraId: 'gate' });
    await waitFor(() => running('gate') === undefined);
    expect((await getJson(`${api}/gate`)).body.rtspUrl).to.include('10.0.0.9');
  });
});
