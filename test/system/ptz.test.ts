import { expect } from 'chai';
import { describeApi } from '../../gateway/openapi/document.ts';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { PTZ_LOGIN, startPtzCamera } from '../doubles/ptz-camera.ts';
import { examplesOf, routeOf, runExample } from '../gateway/openapi/operation-runner.ts';
import { gatewayRoutes } from '../support/gateway-routes.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway, startWorker } from '../support/processes.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';

const LEFT = '8101060118010103ff';
const STOP = '8101060101010303ff';

describe('PTZ of a worker that runs alone', () => {
  let pictures: RtspServer;
  let camera: Awaited<ReturnType<typeof startPtzCamera>>;
  let worker: RunningProcess;
  let api: string;

  before(async () => {
    pictures = await openTestCameras(['/1']);
    camera = await startPtzCamera({ algorithms: ['SHA-256', 'MD5'] });
    worker = await startWorker();
    api = `${worker.origin}/api/cameras`;
    const visca = { kind: 'visca', port: camera.tcpPort };
    const http = { kind: 'ptzoptics', port: camera.httpPort };
    const address = { ip: '127.0.0.1', port: pictures.port, ...PTZ_LOGIN };
    expect((await postJson(`${api}/connect`, { cameraId: 'v', ...address, ptz: visca })).status).to.equal(
      200,
    );
    expect((await postJson(`${api}/connect`, { cameraId: 'h', ...address, ptz: http })).status).to.equal(200);
    expect((await postJson(`${api}/connect`, { cameraId: 'fixed', ...address })).status).to.equal(200);
  });

  after(async () => {
    await worker?.end();
    camera.close();
    await pictures.close();
  });

  const post = (path: string, body: object = {}) => postJson(`${api}/${path}`, body);

  it('tells what the camera can do and where it looks', async () => {
    const { status, body } = await getJson(`${api}/v/ptz`);
    expect(status).to.equal(200);
    expect(body).to.include({ kind: 'visca', moving: false, absolute: true });
    expect(body.position.pan).to.equal(0);
  });

  it('moves, and stops a move that no client renews', async () => {
    camera.state.received.length = 0;
    expect((await post('v/ptz/move', { pan: -1 })).body).to.deep.equal({ success: true });
    await waitFor(() => camera.state.received.includes(STOP));
    expect(camera.state.received[0]).to.equal(LEFT);
  });

  it('goes to positions and presets', async () => {
    expect((await post('v/ptz/absolute', { pan: 1, tilt: 0, zoom: 1 })).status).to.equal(200);
    expect(camera.state).to.include({ pan: 2448, zoom: 0x4000 });
    expect((await post('v/ptz/presets', { id: 3 })).body).to.deep.equal({ id: '3', name: '3' });
    expect((await post('v/ptz/presets/3/go')).status).to.equal(200);
    expect(camera.state.received.at(-1)).to.equal('8101043f0203ff');
  });

  it("signs in with the camera's own credentials", async () => {
    expect((await post('h/ptz/home')).status).to.equal(200);
    expect(camera.state.received.at(-1)).to.equal('home');
  });

  for (const [path, body, field] of [
    ['v/ptz/move', { pan: 2 }, 'pan'],
    ['v/ptz/move', { left: 1 }, 'left'],
    ['v/ptz/absolute', {}, 'body'],
    ['v/ptz/focus', { action: 'sharp' }, 'action'],
    ['v/ptz/presets/95/go', {}, 'preset'],
  ] as const) {
    it(`refuses ${JSON.stringify(body)} at ${path}, naming ${field}`, async () => {
      const count = camera.state.received.length;
      const answer = await post(path, body);
      expect(answer.status).to.equal(400);
      expect(answer.body).to.include({ field });
      expect(camera.state.received.length).to.equal(count);
    });
  }

  it('says that a camera has no controls, or is unknown', async () => {
    expect((await post('fixed/ptz/home')).body).to.include({ status: 409, code: 'ptz-not-configured' });
    expect((await post('unknown/ptz/home')).body).to.include({ status: 404, code: 'camera-not-found' });
  });

  it('stops a moving camera when the process ends', async () => {
    camera.state.received.length = 0;
    await post('v/ptz/move', { pan: -1 });
    await worker.end();
    expect(camera.state.received).to.deep.equal([LEFT, STOP, '8101040700ff']);
  });
});

const groups = await gatewayRoutes();
const examples = examplesOf(await describeApi(groups, '0.0.0'));

describe('PTZ through the gateway', () => {
  let pictures: RtspServer;
  let camera: Awaited<ReturnType<typeof startPtzCamera>>;
  let gateway: RunningProcess;
  const ptz = () => ({ kind: 'visca', port: camera.tcpPort, transport: 'tcp' });

  before(async () => {
    pictures = await openTestCameras(['/1']);
    camera = await startPtzCamera();
    gateway = await startGateway({ ALLOW_LOOPBACK_CAMERAS: 'on' });
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok);
    const body = { id: '1', name: 'Yard', url: pictures.url('/1'), ptz: ptz() };
    const stored = await postJson(`${gateway.origin}/api/cameras`, body);
    expect(stored.status).to.equal(201);
    expect(stored.body.ptz).to.deep.equal(ptz());
    const status = () => getJson(`${gateway.origin}/api/cameras/1/status`);
    await waitFor(async () => (await status()).body.connected);
  });

  after(async () => {
    await gateway?.end();
    camera.close();
    await pictures.close();
  });

  const paths = groups.find(({ name }) => name === 'Pan, tilt, zoom')?.routes.map(({ id }) => id) ?? [];
  for (const example of examples.filter(({ id }) => paths.includes(id))) {
    it(`holds: ${example.method} ${example.path}`, async () => {
      await runExample(gateway.origin, routeOf(groups, example.id), example);
    });
  }

  it('survives the change of another field, and ends with null', async () => {
    const patch = async (body: object) => {
      const headers = { 'content-type': 'application/json' };
      const options = { method: 'PATCH', headers, body: JSON.stringify(body) };
      const answer = await fetch(`${gateway.origin}/api/cameras/1`, options);
      return ((await answer.json()) as { ptz: unknown }).ptz;
    };
    expect(await patch({ name: 'Back yard' })).to.deep.equal(ptz());
    expect(await patch({ streamPath: '/1', port: pictures.port })).to.deep.equal(ptz());
    expect(await patch({ ptz: null })).to.equal(null);
  });
});
