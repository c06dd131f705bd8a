import { expect } from 'chai';
import pg from 'pg';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { freePort } from '../support/free-port.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway, startWorker } from '../support/processes.ts';
import { createPostgresDatabase, HAS_POSTGRES } from '../support/stores.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';

const SECRET = 'S3cr3tC4nary-of-workers';
const IDS = ['1', '2', '3', '4'];
const LATER = ['5', '6'];
const WORKERS = ['w0', 'w1'];
/** A lease, its end noticed, and the cameras connected elsewhere; generous under load. */
const MOVED = { timeoutMs: 40_000 };

describe('Two gateways on one PostgreSQL with remote workers', function () {
  this.timeout(120_000);
  let cameras: RtspServer;
  let ports: number[];
  let databaseUrl: string;
  const gateways = new Map<string, RunningProcess>();
  const workers = new Map<string, RunningProcess>();

  before(async function () {
    if (!HAS_POSTGRES) {
      if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
      this.skip();
    }
    cameras = await openTestCameras([...IDS, ...LATER].map((id) => `/${id}`));
    databaseUrl = await createPostgresDatabase();
    ports = [await freePort(), await freePort()];
    await Promise.all(WORKERS.map((name) => runWorker(name)));
    await Promise.all(['a', 'b'].map(runGateway));
    await Promise.all(['a', 'b'].map((name) => waitFor(() => hasWorkers(name, 2), MOVED)));
    for (const id of IDS) await store(id);
  });

  after(async () => {
    for (const running of [...gateways.values(), ...workers.values()]) await running.end('SIGKILL');
    await cameras?.close();
  });

  async function runGateway(name: string): Promise<void> {
    const gateway = await startGateway({
      DATABASE_URL: databaseUrl,
      SECRET_KEY: 'a key that both gateways have',
      GATEWAY_NAME: name,
      WORKER_URLS: ports.map((port) => `http://127.0.0.1:${port}`).join(','),
      WORKER_SECRET: SECRET,
      ANALYSIS: 'off',
      DISK_RESERVE_MB: '0',
    });
    gateways.set(name, gateway);
  }

  async function runWorker(name: string, labels = ''): Promise<void> {
    const port = ports[WORKERS.indexOf(name)];
    const env = {
      WORKER_LABELS: labels,
      WORKER_PORT: String(port),
      WORKER_HOST: '127.0.0.1',
      WORKER_NAME: name,
    };
    workers.set(name, await startWorker({ ...env, WORKER_SECRET: SECRET }, port));
  }

  const originOf = (name: string): string => (gateways.get(name) as RunningProcess).origin;

  async function hasWorkers(name: string, count: number): Promise<boolean> {
    const { body } = await getJson(`${originOf(name)}/health`);
    return body.database.ready && body.services.rtsp.ready === count;
  }

  async function store(id: string, at = 'a'): Promise<void> {
    const record = id === '1' ? { record: 'always' } : {};
    const camera = { id, name: id, url: cameras.url(`/${id}`), ...record };
    expect((await postJson(`${originOf(at)}/api/cameras`, camera)).status).to.equal(201);
  }

  /** The gateway that gives the first worker orders, which may be either after a pause, and the other one. */
  async function roles(): Promise<['a', 'b'] | ['b', 'a']> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query('select keeper from workers order by name');
      return rows[0].keeper === 'a' ? ['a', 'b'] : ['b', 'a'];
    } finally {
      await client.end();
    }
  }

  /** How many cameras each worker runs, as it says itself. */
  async function counts(...names: string[]): Promise<string> {
    const headers = { 'x-worker-token': SECRET };
    const answers = await Promise.all(
      names.map((name) => getJson(`${workers.get(name)?.origin}/internal/cameras`, headers)),
    );
    return answers.map(({ body }) => body.length).join();
  }

  async function serves(name: string): Promise<boolean> {
    const statuses = await Promise.all(
      IDS.map((id) => fetch(`${originOf(name)}/api/cameras/${id}/frame`).then(({ status }) => status)),
    );
    return statuses.every((status) => status === 200);
  }

  const statusOf = async (name: string, id: string | undefined): Promise<number> =>
    (await fetch(`${originOf(name)}/api/cameras/${id}/frame`)).status;

  const isIngestedOnce = (): boolean => cameras.stats().sessions.length === IDS.length;

  it('run each camera once, and serve all of them at both', async () => {
    await waitFor(async () => (await counts('w0', 'w1')) === '2,2', MOVED);
    for (const name of ['a', 'b']) await waitFor(() => serves(name), MOVED);
    await waitFor(isIngestedOnce, MOVED);
  });

  it('give recordings that a worker has on its disk, both of them', async () => {
    for (const name of ['a', 'b']) {
      const span = await waitFor(
        async () => (await getJson(`${originOf(name)}/api/recordings/1`)).body.spans[0],
        { ...MOVED, message: `a span at ${name}` },
      );
      const range = `from=${span.from}&to=${span.to}`;
      const movie = await fetch(`${originOf(name)}/api/recordings/1/export.mp4?${range}`);
      expect([movie.status, movie.headers.get('x-recording-start')]).to.deep.equal([200, span.from]);
      await movie.body?.cancel();
    }
  });

  it('share a camera that one of them connected without storing it, connected once', async () => {
    const camera = { cameraId: LATER[0], url: cameras.url(`/${LATER[0]}`) };
    expect((await postJson(`${originOf('a')}/api/cameras/connect`, camera)).status).to.equal(200);
    await waitFor(async () => (await statusOf('b', LATER[0])) === 200, MOVED);
    await waitFor(() => cameras.stats().sessions.length === IDS.length + 1, MOVED);
    const answer = await postJson(`${originOf('b')}/api/cameras/disconnect`, { cameraId: LATER[0] });
    expect(answer.status).to.equal(200);
    await waitFor(async () => (await statusOf('a', LATER[0])) === 404, MOVED);
    await waitFor(isIngestedOnce, MOVED);
  });

  it('go on with every camera when one of them ends in order, and comes again', async () => {
    await gateways.get('a')?.end();
    await waitFor(() => hasWorkers('b', 2), MOVED);
    await waitFor(() => serves('b'), MOVED);
    await waitFor(async () => (await counts('w0', 'w1')) === '2,2', MOVED);
    await runGateway('a');
    await waitFor(() => hasWorkers('a', 2), MOVED);
    await waitFor(() => serves('a'), MOVED);
    await waitFor(isIngestedOnce, MOVED);
  });

  it('forget what a client connected at one that was killed, and keep what it connected at the other', async () => {
    for (const [index, name] of ['a', 'b'].entries()) {
      const id = LATER[index] as string;
      const camera = { cameraId: id, url: cameras.url(`/${id}`) };
      expect((await postJson(`${originOf(name)}/api/cameras/connect`, camera)).status).to.equal(200);
    }
    await waitFor(async () => (await statusOf('a', LATER[1])) === 200, MOVED);
    await gateways.get('b')?.end('SIGKILL');
    await waitFor(async () => (await statusOf('a', LATER[1])) === 404, MOVED);
    await waitFor(() => cameras.stats().sessions.length === IDS.length + 1, MOVED);
    await waitFor(async () => (await statusOf('a', LATER[0])) === 200, MOVED);
    await runGateway('b');
    await waitFor(async () => (await statusOf('b', LATER[0])) === 200, MOVED);
    await waitFor(async () => (await statusOf('b', LATER[1])) === 404, MOVED);
    await postJson(`${originOf('b')}/api/cameras/disconnect`, { cameraId: LATER[0] });
    await waitFor(async () => (await statusOf('a', LATER[0])) === 404, MOVED);
    await waitFor(isIngestedOnce, MOVED);
    await waitFor(() => serves('b'), MOVED);
  });

  it('run a camera again that was disconnected at one which was killed', async () => {
    const [keeper, other] = await roles();
    const answer = await postJson(`${originOf(other)}/api/cameras/disconnect`, { cameraId: '4' });
    expect(answer.status).to.equal(200);
    await waitFor(async () => ['1,2', '2,1'].includes(await counts('w0', 'w1')), MOVED);
    await gateways.get(other)?.end('SIGKILL');
    await waitFor(() => serves(keeper), MOVED);
    await waitFor(isIngestedOnce, MOVED);
    await runGateway(other);
    await waitFor(() => hasWorkers(other, 2), MOVED);
    await waitFor(() => serves(other), MOVED);
  });

  it('take over the workers of one that was killed, and give them orders', async () => {
    const [keeper, other] = await roles();
    await gateways.get(keeper)?.end('SIGKILL');
    for (const id of LATER) await store(id, other);
    await waitFor(async () => (await counts('w0', 'w1')) === '3,3', MOVED);
    for (const id of LATER) await fetch(`${originOf(other)}/api/cameras/${id}`, { method: 'DELETE' });
    await waitFor(async () => (await counts('w0', 'w1')) === '2,2' && (await serves(other)), MOVED);
    await waitFor(isIngestedOnce, MOVED);
    await runGateway(keeper);
    await waitFor(() => serves(keeper), MOVED);
  });

  it('give the cameras of a killed worker to the other, and back', async () => {
    await workers.get('w1')?.end('SIGKILL');
    await waitFor(async () => (await counts('w0')) === '4', MOVED);
    await waitFor(async () => (await serves('a')) && (await serves('b')), MOVED);
    await waitFor(isIngestedOnce, MOVED);
    await runWorker('w1');
    await waitFor(async () => (await counts('w0', 'w1')) === '2,2', MOVED);
    await waitFor(async () => (await serves('a')) && (await serves('b')), MOVED);
  });

  it('give the cameras of a worker that ends in order to the other, and back', async () => {
    await workers.get('w1')?.end();
    await waitFor(async () => (await counts('w0')) === '4', MOVED);
    await waitFor(isIngestedOnce, MOVED);
    await runWorker('w1');
    await waitFor(async () => (await counts('w0', 'w1')) === '2,2', MOVED);
    await waitFor(async () => (await serves('a')) && (await serves('b')), MOVED);
  });

  it('give a camera with labels to no worker before one carries them, as both of them say', async () => {
    const answer = await fetch(`${originOf('b')}/api/cameras/1`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ labels: { site: 'berlin' } }),
    });
    expect(answer.status).to.equal(200);
    const reasonAt = async (name: string) =>
      (await getJson(`${originOf(name)}/api/cameras/1/status`)).body.reason;
    for (const name of ['a', 'b'])
      await waitFor(async () => (await reasonAt(name)) === 'no-worker-with-labels', MOVED);
    await waitFor(() => cameras.stats().sessions.length === IDS.length - 1, MOVED);
    await workers.get('w1')?.end();
    await runWorker('w1', 'site=berlin');
    await waitFor(async () => (await serves('a')) && (await serves('b')), MOVED);
    const headers = { 'x-worker-token': SECRET };
    const { body } = await getJson(`${workers.get('w1')?.origin}/internal/cameras`, headers);
    expect(body.map(({ cameraId }: { cameraId: string }) => cameraId)).to.include('1');
    await waitFor(isIngestedOnce, MOVED);
  });
});
