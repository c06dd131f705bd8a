import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import type { OpenApiDocument } from '../../gateway/openapi/openapi-shape.ts';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { json, LocalMoondream } from '../gateway/moondream/harness.ts';
import { freePort } from '../support/free-port.ts';
import { getJson, postJson } from '../support/http.ts';
import { childrenOf, type RunningProcess, startGateway } from '../support/processes.ts';
import { bodyOf, listening, originOf, stop } from '../support/serve.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';

/** With everything that is written differently in a URL, in JSON and in a header. */
const PASSWORD = 'p@ss:w/ö%';
const USERNAME = 'viewer';
/** Every way in which it could be written down. */
const FORMS = [
  PASSWORD,
  encodeURIComponent(PASSWORD),
  encodeURI(PASSWORD),
  JSON.stringify(PASSWORD).slice(1, -1),
  'p@ss:w/\\u00f6%',
  'p%40ss',
  // Of what is longer, as much as does not depend on what stands beside it.
  Buffer.from(PASSWORD).toString('base64').slice(0, -3),
  Buffer.from(`${USERNAME}:${PASSWORD}`).toString('base64').slice(0, -3),
  Buffer.from(PASSWORD).toString('hex'),
].flatMap((form) => [Buffer.from(form), Buffer.from(form, 'latin1')]);

function hides(text: string | Buffer, where: string): void {
  const bytes = Buffer.from(text);
  const found = FORMS.filter((form) => bytes.includes(form)).map((form) => form.toString());
  expect(found, where).to.deep.equal([]);
}

/** Everything below a folder, as bytes. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

/** A file that the gateway may remove meanwhile. */
function readIfThere(path: string): Buffer {
  return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
}

/** A process and all that it started. */
function familyOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(familyOf)];
}

describe('S9: the password of a camera', function () {
  this.timeout(120_000);
  let camera: RtspServer;
  let moondream: LocalMoondream;
  let backend: Server;
  let gateway: RunningProcess;
  let api: string;
  /** What the analysis backend was told. */
  const told: string[] = [];
  /** Every response of the API, with any status. */
  const answers: string[] = [];

  const source = () => ({ ip: '127.0.0.1', port: camera.port, username: USERNAME, password: PASSWORD });
  const post = async (path: string, body: unknown) => {
    const answer = await postJson(`${api}${path}`, body);
    answers.push(JSON.stringify(answer.body));
    return answer;
  };
  const isConnected = (id: string) => async () =>
    (await getJson(`${api}/cameras/${id}/status`)).body.connected === true;
  const reasonOf = async (id: string) => (await getJson(`${api}/cameras/${id}/status`)).body.reason;

  before(async () => {
    camera = await openTestCameras(['/1'], { credentials: { username: USERNAME, password: PASSWORD } });
    moondream = await LocalMoondream.open();
    moondream.answer = (response) => json(response, 200, { answer: 'Yes' });
    backend = createServer(async (request, response) => {
      const body = await bodyOf(request);
      if (body === undefined) return;
      told.push(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true}');
    });
    await listening(backend);
    gateway = await startGateway({
      LOG_LEVEL: 'trace',
      RTSP_WORKERS: '1',
      MOONDREAM_API_URL: moondream.url,
      APP_PY_URL: originOf(backend),
    });
    api = `${gateway.origin}/api`;
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, {
      timeoutMs: 30_000,
    });
  });
  after(async () => {
    await gateway?.end();
    moondream.close();
    stop(backend);
    await camera.close();
  });

  it('opens the camera, and lives through its faults', async () => {
    expect((await post('/cameras', { id: 'stored', ...source() })).status).to.equal(201);
    await waitFor(isConnected('stored'), { timeoutMs: 20_000, message: 'the stored camera' });
    const url = `rtsp://${USERNAME}:${PASSWORD}@127.0.0.1:${camera.port}/1`;
    expect((await post('/cameras/connect', { cameraId: 'dialled', url })).status).to.equal(200);
    expect((await post('/cameras/test', source())).status).to.equal(200);
    expect(
      (await post('/camera-streams', { cameraId: 's', streamType: 'rtsp', rtspUrl: url })).status,
    ).to.equal(201);
    const watch = {
      cameraId: 'stored',
      skill: 'query',
      prompt: 'Is it there?',
      condition: 'yes',
      everyMs: 1000,
    };
    expect((await post('/watches', { ...watch, deliver: true })).status).to.equal(201);

    camera.setFault('/1', { fault: 'stall' });
    await waitFor(async () => !(await isConnected('stored')()), { timeoutMs: 30_000, message: 'F28' });
    camera.clearFaults('/1');
    const wrong = { ...source(), password: `${PASSWORD}!` };
    await post('/cameras', { id: 'wrong', ...wrong });
    await waitFor(async () => (await reasonOf('wrong')) === 'camera-unauthorized', { message: 'F32' });
    await post('/cameras/test', wrong);
    await post('/cameras', { id: 'nowhere', ...source(), port: await freePort() });
    await waitFor(async () => (await reasonOf('nowhere')) === 'camera-refused');

    const worker = childrenOf(gateway.pid).find((pid) => commandOf(pid).includes('workers/rtsp'));
    process.kill(worker as number, 'SIGKILL');
    await waitFor(isConnected('stored'), {
      timeoutMs: 40_000,
      message: 'the camera after a death of its worker',
    });
    await waitFor(() => told.some((body) => body.includes('event_id')), {
      timeoutMs: 20_000,
      message: 'an event',
    });
  });

  it('is not repeated when a request with it is refused', async () => {
    const refused = [
      await post('/cameras', `{"id":"x","password":"${PASSWORD}"`),
      await post('/cameras', { id: 'x', ...source(), port: PASSWORD }),
      await post('/cameras', { id: PASSWORD, ...source() }),
      await post('/cameras', { id: 'x', ip: PASSWORD, password: [PASSWORD] }),
      await post('/cameras', { id: 'x', url: `rtsp://u:${PASSWORD}@` }),
      await post('/cameras', { id: 'x', [PASSWORD]: 1 }),
      await post('/cameras/connect', { cameraId: 'x', url: `http://u:${PASSWORD}@[` }),
      await post('/camera-streams', { cameraId: 'y', streamType: 'rtsp', rtspUrl: `rtsp://u:${PASSWORD}@[` }),
    ];
    expect(
      refused.map(({ status }) => status).filter((status) => status < 400 || status >= 500),
    ).to.deep.equal([]);
  });

  it('is in no answer of the API', async () => {
    const { body } = await getJson(`${gateway.origin}/openapi.json`);
    const paths = Object.entries((body as OpenApiDocument).paths)
      .filter(
        ([path, { get }]) =>
          get !== undefined && get['x-websocket'] === undefined && !/stream|hls|\/ws|\/motion$/.test(path),
      )
      .flatMap(([path]) => ['stored', 'dialled', 'wrong'].map((id) => path.replace(/\{\w+\}/, id)));
    expect(paths).to.include.members([
      '/api/cameras',
      '/api/cameras/wrong',
      '/api/deliveries',
      '/api/watches',
    ]);
    for (const path of new Set([...paths, '/api/camera-streams', '/api/camera-streams/s'])) {
      const response = await fetch(`${gateway.origin}${path}`);
      hides(Buffer.from(await response.arrayBuffer()), path);
    }
    for (const answer of answers) hides(answer, 'an answer to POST');
  });

  it('is on no command line and in no environment of a process', () => {
    const family = familyOf(gateway.pid);
    expect(family.length).to.be.greaterThan(1);
    for (const pid of family)
      for (const file of ['cmdline', 'environ'])
        hides(readFileSync(`/proc/${pid}/${file}`), `${pid} ${file}`);
  });

  it('is not told to Moondream, nor with an event to the analysis backend', () => {
    expect(moondream.requests).to.not.be.empty;
    hides(JSON.stringify(moondream.requests), 'Moondream');
    const events = told.filter((body) => body.includes('event_id'));
    expect(events).to.not.be.empty;
    for (const body of events) hides(body, 'an event');
  });

  it('is in no line of the log', () => {
    const log = gateway.output();
    expect(log)
      .to.include('camera-unauthorized')
      .and.to.match(/"level":20\b/);
    hides(log, 'the log');
  });

  it('is in no byte of what is on the disk, while the gateway runs', async () => {
    await waitFor(() => filesBelow(gateway.dataDir).some((path) => path.endsWith('gateway.db')));
    const files = filesBelow(gateway.dataDir).map((path) => [path, readIfThere(path)] as const);
    for (const [path, bytes] of files) hides(bytes, path);
    const all = Buffer.concat(files.map(([, bytes]) => bytes));
    expect(all.includes('stored'), 'the camera itself is there').to.equal(true);
  });
});

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
}
