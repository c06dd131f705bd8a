import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { expect } from 'chai';
import { textFrame } from '../doubles/feed-double.ts';
import { neverAnswer } from '../doubles/worker-double.ts';
import { getJson, postJson } from '../support/http.ts';
import { TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';

const IDS = ['1', '2', '3', '4'];

describe('The gateway in front of its workers', () => {
  let gateway: TestGateway;
  let api: string;

  beforeEach(async () => {
    gateway = await TestGateway.open();
    api = `${gateway.origin}/api/cameras`;
  });
  afterEach(() => gateway.close());

  const connect = (cameraId: string) => postJson(`${api}/connect`, { cameraId, ip: '192.0.2.1' });

  /** Publishes one frame of every camera, from whichever worker has it. */
  function publish(): void {
    for (const worker of gateway.workers) for (const id of IDS) worker.publish(id, textFrame(id, 1));
  }

  async function framesFlow(clients: WsClient[]): Promise<void> {
    const before = clients.map((client) => client.frames().length);
    await waitFor(() => {
      publish();
      return clients.every((client, index) => client.frames().length > (before[index] as number));
    });
  }

  it('F17: ends 20 requests of a worker that dies, keeps 20 sockets open, and serves both again after', async () => {
    for (const id of IDS) await connect(id);
    const clients = await Promise.all(Array.from({ length: 20 }, () => WsClient.open(gateway.origin)));
    for (const [index, client] of clients.entries())
      client.send({ action: 'subscribe', cameraId: IDS[index % 4] });
    await framesFlow(clients);
    for (const worker of gateway.workers) {
      for (const id of IDS) worker.answers.set(`GET /api/cameras/${id}/frame`, neverAnswer);
    }
    const requests = Array.from({ length: 20 }, (_, index) => getJson(`${api}/${IDS[index % 4]}/frame`));
    const framesAsked = () =>
      gateway.workers.flatMap(({ requests: seen }) => seen.filter(({ url }) => url.endsWith('/frame')))
        .length;
    await waitFor(() => framesAsked() === 20);

    await Promise.all([gateway.kill(0), gateway.kill(1)]);
    for (const { status, headers } of await Promise.all(requests)) {
      expect([502, 503]).to.include(status);
      expect(Number(headers.get('retry-after'))).to.be.greaterThan(0);
    }
    expect((await getJson(`${api}/1/frame`)).body.code).to.equal('worker-not-ready');
    await Promise.all([gateway.revive(0), gateway.revive(1)]);

    await framesFlow(clients);
    expect(clients.every(({ closeCode }) => closeCode === undefined)).to.equal(true);
    expect((await getJson(`${api}/1/frame`)).status).to.equal(200);
    for (const client of clients) client.close();
  });

  it('gives a worker its cameras again after it died, without a request of anybody', async () => {
    for (const id of IDS) await connect(id);
    const had = gateway.workers.map(({ cameras }) => [...cameras.keys()].sort());
    expect(had.flat().sort()).to.deep.equal(IDS);
    await gateway.kill(0);
    await gateway.revive(0);
    await waitFor(() => gateway.workers[0]?.cameras.size === had[0]?.length);
    expect([...(gateway.workers[0]?.cameras.keys() ?? [])].sort()).to.deep.equal(had[0]);
  });

  it('answers immediately while every worker hangs', async () => {
    for (const worker of gateway.workers) {
      for (const path of ['/metrics', '/livez', '/internal/cameras'])
        worker.answers.set(`GET ${path}`, neverAnswer);
    }
    for (const path of ['/health', '/livez', '/readyz', '/api/cameras', '/api/cameras/status']) {
      expect((await getJson(`${gateway.origin}${path}`)).status, path).to.equal(200);
    }
  });

  describe('requests', () => {
    it('have an id: the client’s own when it is harmless, else a new one', async () => {
      const idOf = async (id: string) =>
        (await getJson(api, { 'X-Request-Id': id })).headers.get('x-request-id');
      expect(await idOf('abc-123')).to.equal('abc-123');
      for (const bad of ['a b', '<script>', 'x'.repeat(65), '']) {
        expect(await idOf(bad)).to.match(/^[0-9a-f-]{36}$/);
      }
    });

    it('get headers that keep browsers from guessing types, and no name of the software', async () => {
      const { headers } = await getJson(api);
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('x-powered-by')).to.equal(null);
    });

    it('to nowhere are answered with problem details, and never with a stack', async () => {
      for (const [path, status] of [
        ['/nope', 404],
        ['/api/cameras/1/nope', 404],
        ['/api/cameras/%', 400],
      ] as const) {
        const answer = await getJson(`${gateway.origin}${path}`);
        expect([answer.status, answer.body.status], path).to.deep.equal([status, status]);
        expect(answer.headers.get('content-type')).to.include('application/problem+json');
        expect(JSON.stringify(answer.body)).to.not.match(/at .*\.[jt]s/);
      }
    });

    it('find their way from the root', async () => {
      expect((await getJson(gateway.origin)).body).to.include({ cameras: '/api/cameras', frames: '/ws' });
    });

    it('leave no password in the log, from any part of an address', async () => {
      const secret = 'S3cr3tC4nary';
      await postJson(`${api}/connect`, { cameraId: '1', ip: '192.0.2.1', password: secret });
      await postJson(`${api}/connect`, { cameraId: '2', url: `rtsp://u:${secret}@192.0.2.1/1` });
      await getJson(`${gateway.origin}/nope?url=rtsp://u:${secret}@192.0.2.1/1`, {
        Authorization: `Bearer ${secret}`,
        Cookie: `a=${secret}`,
      });
      expect(gateway.lines.join('')).to.include('/nope').and.not.include(secret);
    });
  });

  describe('its end', () => {
    it('F20: finishes what is nearly done', async () => {
      await connect('1');
      for (const worker of gateway.workers) {
        worker.answers.set('GET /api/cameras/1/frame', (_request, response) => {
          setTimeout(() => response.end('{}'), 100);
        });
      }
      const slow = getJson(`${api}/1/frame`);
      const isAsked = () =>
        gateway.workers.some((worker) => worker.seen('GET', '/api/cameras/1/frame').length > 0);
      await waitFor(isAsked);
      await gateway.stop();
      expect((await slow).status).to.equal(200);
    });

    it('F20: does not wait for streams, slow uploads and silent clients', async () => {
      await connect('1');
      const stream = await fetch(`${api}/1/stream.mjpeg`);
      const upload = httpRequest(`${api}/connect`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Content-Length': 1000 },
      }).on('error', () => {});
      upload.write('{');
      await once(upload, 'socket');
      await gateway.stop();
      await stream.text().catch(() => {});
      await waitFor(() => gateway.workers.every(({ openStreams }) => openStreams === 0));
    });

    it('refuses requests that were begun before and are finished only now', async () => {
      const { port, hostname } = new URL(gateway.origin);
      const sockets = ['/health', '/api/cameras'].map((path) => {
        const socket = connectTcp(Number(port), hostname);
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Half: `);
        return socket;
      });
      // Once this is answered the others have arrived too.
      await getJson(api);
      const stopped = gateway.stop();
      for (const socket of sockets) {
        socket.write('\r\n\r\n');
        const [answer] = (await once(socket, 'data')) as [Buffer];
        expect(answer.toString()).to.match(/^HTTP\/1\.1 503 /);
        expect(answer.toString()).to.match(/"(status|code)":"draining"/);
      }
      await stopped;
    });
  });
});
