import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import type { ConnectRequest } from '#shared/contract/connect.ts';
import type { RtspService } from '#shared/contract/health.ts';
import { AppError } from '#shared/errors.ts';
import { Redactor } from '#shared/redact.ts';
import { CameraDirectory } from '../../../gateway/cameras/camera-directory.ts';
import { cameraRoutes } from '../../../gateway/cameras/routes.ts';
import { cameraSource } from '../../support/camera-source.ts';
import { getJson, postJson } from '../../support/http.ts';
import { mounted } from '../../support/mounted.ts';
import { originOf, problems, serve, stop } from '../../support/serve.ts';

const SERVICE: RtspService = {
  running: true,
  port: 8082,
  baseUrl: 'http://localhost:8082',
  ready: 1,
  total: 1,
  workers: [],
};

describe('The camera routes', () => {
  let directory: CameraDirectory;
  let connected: ConnectRequest[];
  let disconnected: string[];
  let failure: AppError | undefined;
  let server: Server;
  let api: string;

  beforeEach(async () => {
    directory = new CameraDirectory(10, new Redactor());
    connected = [];
    disconnected = [];
    failure = undefined;
    const connector = {
      connect: async (request: ConnectRequest) => {
        if (failure !== undefined) throw failure;
        connected.push(request);
      },
      disconnect: async (id: string) => void disconnected.push(id),
    };
    const app = express();
    const rtspStatus = (): RtspService => SERVICE;
    const expectLoaded = async (): Promise<void> => {};
    app.use(mounted(cameraRoutes({ directory, connector, rtspStatus, expectLoaded })));
    app.use(problems);
    server = await serve(app);
    api = `${originOf(server)}/api/cameras`;
  });

  afterEach(() => {
    stop(server);
  });

  it('connects a camera given by fields or by URL, with the defaults of the contract', async () => {
    const fields = await postJson(`${api}/connect`, { cameraId: '1', ip: '10.0.0.9' });
    expect([fields.status, fields.body]).to.deep.equal([
      200,
      { success: true, cameraId: '1', message: 'Camera connected successfully' },
    ]);
    await postJson(`${api}/connect`, { cameraId: 2, url: 'rtsp://u:p%40ss@10.0.0.9/live', transport: 'udp' });
    expect(connected[0]?.source).to.include({ username: 'admin', password: 'admin', path: '/1', port: 554 });
    expect(connected[1]).to.deep.include({ cameraId: '2' });
    expect(connected[1]?.source).to.include({ username: 'u', password: 'p@ss', transport: 'udp' });
  });

  it('names what is missing or malformed in a connect request', async () => {
    const nothing = await postJson(`${api}/connect`, {});
    expect([nothing.status, nothing.body.error]).to.deep.equal([
      400,
      'Missing required fields: cameraId, ip',
    ]);
    for (const [body, code, field] of [
      [{ cameraId: 'status', ip: 'a' }, 'invalid-field', 'cameraId'],
      [{ cameraId: '1', ip: 'a', port: 70000 }, 'invalid-field', 'port'],
      [{ cameraId: '1', ip: 'a', admin: true }, 'invalid-field', 'admin'],
      [{ cameraId: '1', url: 'ftp://a/' }, 'invalid-field', 'url'],
      ['{"cameraId":', 'invalid-json', undefined],
    ] as const) {
      const answer = await postJson(`${api}/connect`, body);
      expect([answer.status, answer.body.code, answer.body.field]).to.deep.equal([400, code, field]);
    }
    expect(connected).to.deep.equal([]);
  });

  it('refuses a body of more than 128 KiB', async () => {
    const { status, body } = await postJson(`${api}/connect`, { cameraId: '1', ip: 'x'.repeat(140_000) });
    expect([status, body.code]).to.deep.equal([413, 'body-too-large']);
  });

  it('answers a failure with problem details that old clients can read too', async () => {
    failure = new AppError('camera-unauthorized', 'The camera refused the credentials');
    const { status, body, headers } = await postJson(`${api}/connect`, { cameraId: '1', ip: '10.0.0.9' });
    expect(status).to.equal(502);
    expect(headers.get('content-type')).to.include('application/problem+json');
    expect(body).to.include({
      error: 'The camera refused the credentials',
      detail: 'The camera refused the credentials',
      code: 'camera-unauthorized',
      status: 502,
    });
    expect(body).to.include.keys('type', 'title', 'hint');
  });

  it('disconnects a camera by id, number or text, and wants to be told which', async () => {
    for (const cameraId of ['1', 2]) {
      const { body } = await postJson(`${api}/disconnect`, { cameraId });
      expect(body).to.deep.equal({ success: true, message: 'Camera disconnected' });
    }
    expect(disconnected).to.deep.equal(['1', '2']);
    const nothing = await postJson(`${api}/disconnect`, {});
    expect([nothing.status, nothing.body.error]).to.deep.equal([400, 'Missing cameraId']);
  });

  it('lists cameras and shows one, without its password', async () => {
    directory.put({ id: '1', name: 'Garage', location: 'Yard', source: cameraSource(), origin: 'connected' });
    const { body: list } = await getJson(api);
    expect(list[0]).to.include({
      id: '1',
      name: 'Garage',
      location: 'Yard',
      rtspUrl: 'rtsp://admin:***@192.0.2.1:554/1',
    });
    expect(list[0]).to.include.keys('webrtcUrl');
    expect((await getJson(`${api}/1`)).body).to.deep.equal(list[0]);
    expect(JSON.stringify(list)).to.not.include(cameraSource().password);
    const unknown = await getJson(`${api}/2`);
    expect([unknown.status, unknown.body.code]).to.deep.equal([404, 'camera-not-found']);
  });

  it('tells the status of the RTSP workers', async () => {
    expect((await getJson(`${api}/status`)).body).to.deep.equal(SERVICE);
  });

  for (const [what, headers, url] of [
    ['the address that was asked', { Host: 'cams.example:8000' }, 'ws://cams.example:8000/ws'],
    ['an IPv6 address that was asked', { Host: '[::1]:5000' }, 'ws://[::1]:5000/ws'],
    [
      'the host that the first of several proxies was asked for',
      { 'X-Forwarded-Proto': 'https, http', 'X-Forwarded-Host': 'a.example, b.example' },
      'wss://a.example/ws',
    ],
    [
      'the host asked and the path under which a proxy serves it',
      { Host: 'a.example', 'X-Forwarded-Prefix': '/gw/' },
      'ws://a.example/gw/ws',
    ],
    [
      'the host asked when a header names none that could be one',
      { Host: 'a.example', 'X-Forwarded-Host': 'evil"<b>' },
      'ws://a.example/ws',
    ],
    [
      'the host alone when a header names no path that could be one',
      { Host: 'a.example', 'X-Forwarded-Prefix': '/"x"' },
      'ws://a.example/ws',
    ],
  ] as const) {
    it(`makes the WebSocket URL of ${what}`, async () => {
      expect(await getWithHost(`${api}/websocket-url`, headers)).to.deep.equal({ url });
    });
  }
});

/** `fetch` does not let a test choose the Host header. */
async function getWithHost(url: string, headers: Record<string, string>): Promise<unknown> {
  const request = httpRequest(url, { headers });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  return JSON.parse(text);
}
