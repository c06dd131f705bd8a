import { expect } from 'chai';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { browserAnswer, browserOffer } from '../doubles/peer-double.ts';
import { getJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { createPostgresDatabase, HAS_POSTGRES } from '../support/stores.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';

const IDS = ['1', '2', '3', '4', '5', '6'];
/** A lease, its end noticed, and the cameras connected elsewhere; generous under load. */
const MOVED = { timeoutMs: 40_000 };
const TOKEN = 'a-token-for-both-gateways';
const HEADERS = { authorization: `Bearer ${TOKEN}` };
const VIEWER = { authorization: 'Bearer a-token-of-viewers' };

describe('Two gateways on one PostgreSQL', function () {
  this.timeout(180_000);
  let cameras: RtspServer;
  let proxy: TcpProxy;
  let databaseUrl: string;
  const gateways = new Map<string, RunningProcess>();

  before(async function () {
    if (!HAS_POSTGRES) {
      if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
      this.skip();
    }
    cameras = await openTestCameras(IDS.map((id) => `/${id}`));
    const url = new URL(await createPostgresDatabase());
    proxy = await TcpProxy.open(Number(url.port));
    url.port = new URL(proxy.origin).port;
    url.hostname = '127.0.0.1';
    databaseUrl = url.href;
    await Promise.all([run('a'), run('b')]);
    await Promise.all(['a', 'b'].map((name) => waitFor(() => isReady(name), MOVED)));
    for (const id of IDS) {
      const body = JSON.stringify({ id, name: id, url: cameras.url(`/${id}`), record: 'always' });
      const headers = { ...HEADERS, 'content-type': 'application/json' };
      const answer = await fetch(`${originOf('a')}/api/cameras`, { method: 'POST', headers, body });
      expect(answer.status).to.equal(201);
    }
  });

  after(async () => {
    for (const gateway of gateways.values()) await gateway.end('SIGKILL');
    proxy?.close();
    await cameras?.close();
  });

  async function run(name: string): Promise<void> {
    const gateway = await startGateway({
      DATABASE_URL: databaseUrl,
      SECRET_KEY: 'a key that both gateways have',
      API_TOKEN: TOKEN,
      VIEWER_TOKEN: 'a-token-of-viewers',
      GATEWAY_NAME: name,
      ADVERTISED_HOST: '127.0.0.1',
      RTSP_WORKERS: '1',
      ANALYSIS: 'off',
      DISK_RESERVE_MB: '0',
    });
    gateways.set(name, gateway);
  }

  const originOf = (name: string): string => (gateways.get(name) as RunningProcess).origin;

  async function isReady(name: string): Promise<boolean> {
    const { body } = await getJson(`${originOf(name)}/health`, HEADERS);
    return body.database.ready && body.services.rtsp.ready === 2;
  }

  /** How many cameras each gateway's own worker runs, as its metrics say. */
  async function counts(...names: string[]): Promise<number[]> {
    const texts = await Promise.all(
      names.map((name) =>
        fetch(`${originOf(name)}/metrics`, { headers: HEADERS }).then((answer) => answer.text()),
      ),
    );
    return texts.map((text, index) =>
      Number(
        new RegExp(`^worker_cameras\\{worker="${names[index]}\\.rtsp-0"\\} (\\d+)`, 'm').exec(text)?.[1],
      ),
    );
  }

  async function areLive(name: string): Promise<boolean> {
    const answers = await Promise.all(
      IDS.map((id) => fetch(`${originOf(name)}/api/cameras/${id}/frame`, { headers: HEADERS })),
    );
    return answers.every(({ status }) => status === 200);
  }

  /** Every camera is connected once: at rest, so that it stays so. */
  const isIngestedOnce = (): boolean => cameras.stats().sessions.length === IDS.length;

  it('share the cameras, connect each once, and both serve all of them', async () => {
    await waitFor(async () => (await counts('a', 'b')).join() === '3,3', MOVED);
    await waitFor(async () => (await areLive('a')) && (await areLive('b')), MOVED);
    await waitFor(isIngestedOnce);
  });

  const sessionIds = async (name: string): Promise<string[]> =>
    (await getJson(`${originOf(name)}/api/streams/status`, HEADERS)).body.sessions.map(
      ({ sessionId }: { sessionId: string }) => sessionId,
    );

  it('take candidates and the end of a WHEP session that was opened at the other one', async () => {
    const offer = browserOffer();
    const ufrag = /a=ice-ufrag:\S+/.exec(offer)?.[0];
    const candidates = `${ufrag}\r\nm=video 9 UDP/TLS/RTP/SAVPF 102\r\na=mid:0\r\n`;
    // Of all cameras: each gateway has the worker of some.
    for (const id of IDS) {
      const opened = await fetch(`${originOf('a')}/whep/${id}`, {
        method: 'POST',
        headers: { ...HEADERS, 'content-type': 'application/sdp' },
        body: offer,
      });
      expect(opened.status).to.equal(201);
      const { pathname } = new URL(opened.headers.get('location') ?? '', opened.url);
      const at = (name: string, method: string, headers: Record<string, string>) =>
        fetch(`${originOf(name)}${pathname}`, {
          method,
          headers: { ...headers, 'content-type': 'application/trickle-ice-sdpfrag' },
          ...(method === 'PATCH' ? { body: candidates } : {}),
        });
      for (const name of ['a', 'b'])
        for (const method of ['PATCH', 'DELETE'])
          expect((await at(name, method, VIEWER)).status, `${method} of another client`).to.equal(404);
      expect((await at('b', 'PATCH', HEADERS)).status).to.equal(204);
      expect((await at('b', 'DELETE', HEADERS)).status).to.equal(200);
      expect((await at('a', 'DELETE', HEADERS)).status).to.equal(404);
    }
    expect(await sessionIds('a')).to.deep.equal([]);
  });

  it('take the answer to an offer of the other one, by HTTP and by its socket', async () => {
    for (const id of IDS) {
      const json = { ...HEADERS, 'content-type': 'application/json' };
      const post = async (name: string, path: string, body: object, headers = json) =>
        fetch(`${originOf(name)}/api/webrtc/${path}`, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        });
      const { sessionId, websocketUrl } = (await (await post('a', 'offer', { cameraId: id })).json()) as {
        sessionId: string;
        websocketUrl: string;
      };
      const answer = { sessionId, sdp: browserAnswer() };
      const strange = await post('b', 'answer', answer, { ...json, ...VIEWER });
      expect(strange.status).to.equal(404);
      const { pathname, search } = new URL(websocketUrl);
      await WsClient.open(originOf('b'), { headers: VIEWER }, pathname).then(
        () => expect.fail('the socket of another client was opened'),
        (error: Error) => expect(error.message).to.include('404'),
      );
      const socket = await WsClient.open(originOf('b'), { headers: HEADERS }, `${pathname}${search}`);
      expect((await post('b', 'answer', answer)).status).to.equal(200);
      expect((await post('b', 'candidate', { sessionId, candidate: '' })).status).to.equal(200);
      socket.send({ type: 'close' });
      await waitFor(async () => (await sessionIds('b')).length === 0);
    }
  });

  it('give what each records on its own disk, both of them', async () => {
    for (const name of ['a', 'b'])
      for (const id of IDS) {
        const path = `${originOf(name)}/api/recordings/${id}`;
        const span = await waitFor(async () => (await getJson(path, HEADERS)).body.spans[0], {
          ...MOVED,
          message: `a span of ${id} at ${name}`,
        });
        const range = `from=${span.from}&to=${span.to}`;
        const movie = await fetch(`${path}/export.mp4?${range}`, { headers: HEADERS });
        expect([movie.status, movie.headers.get('x-recording-start')]).to.deep.equal([200, span.from]);
        await movie.body?.cancel();
      }
  });

  it('go on without the database, each with its cameras', async () => {
    proxy.hang();
    await waitFor(() => /placement of cameras is not renewed/.test(gateways.get('b')?.output() ?? ''), MOVED);
    const { connectionsAccepted } = cameras.stats();
    expect(await areLive('a')).to.equal(true);
    expect(await areLive('b')).to.equal(true);
    proxy.resume();
    await waitFor(() => isReady('a'), MOVED);
    expect(cameras.stats().connectionsAccepted).to.equal(connectionsAccepted);
  });

  it('take over the cameras of one that was killed', async () => {
    await gateways.get('b')?.end('SIGKILL');
    await waitFor(async () => (await counts('a')).join() === '6', MOVED);
    await waitFor(() => areLive('a'), MOVED);
    await waitFor(isIngestedOnce);
  });

  it('give cameras back to one that comes again', async () => {
    await run('b');
    await waitFor(async () => (await counts('a', 'b')).join() === '3,3', MOVED);
    await waitFor(() => areLive('b'), MOVED);
    await waitFor(isIngestedOnce);
  });

  it('take over the cameras of one that is frozen, whose workers give them up', async () => {
    const { pid } = gateways.get('b') as RunningProcess;
    process.kill(pid, 'SIGSTOP');
    await waitFor(async () => (await counts('a')).join() === '6', MOVED);
    await waitFor(isIngestedOnce, MOVED);
    process.kill(pid, 'SIGCONT');
    await waitFor(async () => (await counts('a', 'b')).join() === '3,3', MOVED);
    await waitFor(isIngestedOnce, MOVED);
    await waitFor(() => areLive('b'), MOVED);
  });
});
