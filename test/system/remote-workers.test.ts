import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { freePort } from '../support/free-port.ts';
import { getJson, postJson } from '../support/http.ts';
import { probeVideo } from '../support/probe-video.ts';
import { isRunning, type RunningProcess, startGateway, startWorker } from '../support/processes.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';

const SECRET = 'S3cr3tC4nary-of-workers';
const IDS = ['1', '2', '3', '4'];
/** A lease, its end noticed, and the cameras connected elsewhere; generous under load. */
const MOVED = { timeoutMs: 30_000 };

describe('Remote workers', function () {
  this.timeout(120_000);
  let cameras: RtspServer;
  let gateway: RunningProcess;
  let ports: number[];
  const workers = new Map<string, RunningProcess>();

  before(async () => {
    cameras = await openTestCameras(IDS.map((id) => `/${id}`));
    ports = [await freePort(), await freePort(), await freePort(), await freePort()];
    await Promise.all([run('a', 0), run('b', 1, 'site=ulm')]);
    gateway = await startGateway({
      WORKER_URLS: ports.map((port) => `http://127.0.0.1:${port}`).join(','),
      WORKER_SECRET: SECRET,
      ANALYSIS: 'off',
      DISK_RESERVE_MB: '0',
    });
    await waitFor(async () => (await getJson(`${gateway.origin}/health`)).body.database.ready);
    await waitFor(async () => (await health()).rtsp.ready === 2);
    for (const id of IDS) {
      const record = id === '1' ? { record: 'always' } : {};
      const camera = { id, name: id, url: cameras.url(`/${id}`), ...record };
      expect((await postJson(`${gateway.origin}/api/cameras`, camera)).status).to.equal(201);
    }
  });

  after(async () => {
    await gateway?.end();
    for (const worker of workers.values()) await worker.end('SIGKILL');
    await cameras.close();
  });

  async function run(name: string, port: number, labels = ''): Promise<void> {
    const site = { WORKER_LABELS: labels };
    const env = { ...site, WORKER_PORT: String(ports[port]), WORKER_HOST: '127.0.0.1', WORKER_NAME: name };
    workers.set(name, await startWorker({ ...env, WORKER_SECRET: SECRET }, ports[port]));
  }

  async function health() {
    const { body } = await getJson(`${gateway.origin}/health`);
    return { status: body.status, reasons: body.reasons, rtsp: body.services.rtsp };
  }

  /** The cameras that a worker runs, as it says itself. */
  async function runBy(name: string): Promise<string[]> {
    const headers = { 'x-worker-token': SECRET };
    const { body } = await getJson(`${workers.get(name)?.origin}/internal/cameras`, headers);
    return body.map(({ cameraId }: { cameraId: string }) => cameraId).sort();
  }

  async function areLive(): Promise<boolean> {
    const answers = await Promise.all(
      IDS.map((id) => fetch(`${gateway.origin}/api/cameras/${id}/frame`).then(({ status }) => status)),
    );
    return answers.every((status) => status === 200);
  }

  const recording = async () => (await getJson(`${gateway.origin}/api/recordings/1`)).body;
  async function exported({ from, to }: { from: string; to: string }): Promise<Buffer> {
    const answer = await fetch(`${gateway.origin}/api/recordings/1/export.mp4?from=${from}&to=${to}`);
    expect(answer.status).to.equal(200);
    return Buffer.from(await answer.arrayBuffer());
  }

  it('share the cameras, and serve them by every route of the gateway', async () => {
    await waitFor(areLive);
    expect([await runBy('a'), await runBy('b')].map(({ length }) => length)).to.deep.equal([2, 2]);
    for (const cameraId of IDS) {
      const client = await WsClient.open(gateway.origin);
      client.send({ action: 'subscribe', cameraId });
      await waitFor(() => client.frames(cameraId).length > 1);
      client.close();
    }
  });

  it('tell a stranger that they run, and nothing else', async () => {
    const origin = workers.get('a')?.origin;
    expect((await fetch(`${origin}/alive`)).status).to.equal(204);
    for (const path of ['/livez', '/health', '/api/cameras/1/status'])
      expect((await fetch(`${origin}${path}`)).status).to.equal(401);
  });

  it('are told of by /health with their kind, and no RTSP worker is started beside them', async () => {
    const { rtsp } = await health();
    const known = rtsp.workers.filter(({ state }: { state: string }) => state === 'ready');
    expect(known.map(({ name, kind }: { name: string; kind: string }) => [name, kind])).to.deep.equal([
      ['a', 'remote'],
      ['b', 'remote'],
    ]);
  });

  it('answer nothing without the secret', async () => {
    const { origin } = workers.get('a') as RunningProcess;
    for (const path of ['/health', '/livez', '/metrics', '/api/cameras/1/frame', '/internal/cameras'])
      expect((await fetch(`${origin}${path}`)).status, path).to.equal(401);
  });

  it('are restarted only by what started them', async () => {
    const answer = await postJson(`${gateway.origin}/api/workers/a/restart`, {});
    expect([answer.status, answer.body.code]).to.deep.equal([409, 'not-restartable']);
  });

  it('record on their own disks, and give what is asked for', async () => {
    const span = await waitFor(
      async () => {
        const { spans }: { spans: { from: string; to: string }[] } = await recording();
        // A busy machine may leave gaps.
        return spans.find(({ from, to }) => Date.parse(to) - Date.parse(from) > 4000);
      },
      { ...MOVED, message: 'four seconds of a recording' },
    );
    const owner = (await runBy('a')).includes('1') ? 'a' : 'b';
    expect(existsSync(join(workers.get(owner)?.dataDir ?? '', 'recordings', owner, '1'))).to.equal(true);
    expect(existsSync(join(gateway.dataDir, 'recordings', '1'))).to.equal(false);
    expect((await probeVideo(await exported(span))).complaints).to.equal('');
  });

  it('have parts of the recording of a camera that moved, which are joined', async () => {
    const owner = (await runBy('a')).includes('1') ? 'a' : 'b';
    const other = owner === 'a' ? 'b' : 'a';
    const [before] = (await recording()).spans;
    const { pid } = workers.get(owner) as RunningProcess;
    process.kill(pid, 'SIGSTOP');
    const { unavailable } = await waitFor(
      async () => {
        const answer = await recording();
        return answer.spans.length > 0 && answer.unavailable !== undefined && answer;
      },
      { ...MOVED, message: 'what the other one records' },
    );
    expect(unavailable[0].error).to.include(owner);
    expect(await runBy(other)).to.include('1');
    process.kill(pid, 'SIGCONT');
    const joined = await waitFor(
      async () => {
        const answer = await recording();
        return answer.unavailable === undefined && answer.spans.length > 1 && answer;
      },
      { ...MOVED, message: 'both parts' },
    );
    expect(joined.spans[0].from).to.equal(before.from);
    const [first, second] = joined.spans;
    const from = new Date(Date.parse(first.to) - 2000).toISOString();
    const to = new Date(Date.parse(second.from) + 2000).toISOString();
    const movie = await probeVideo(await exported({ from, to }));
    expect(movie.complaints).to.equal('');
    await waitFor(async () => (await runBy('a')).length === 2 && (await runBy('b')).length === 2, MOVED);
  });

  it('are missed: the other one takes the cameras of one that was killed', async () => {
    await workers.get('a')?.end('SIGKILL');
    await waitFor(async () => (await runBy('b')).length === IDS.length, MOVED);
    await waitFor(areLive);
    expect(await health()).to.deep.include({ status: 'degraded', reasons: ['remote_worker_away'] });
  });

  it('come back under another address, and take their share', async () => {
    await run('a', 2);
    await waitFor(async () => (await runBy('a')).length === 2 && (await runBy('b')).length === 2, MOVED);
    await waitFor(areLive);
  });

  it('give up what they ran when they were frozen for longer than their lease', async () => {
    const { pid } = workers.get('b') as RunningProcess;
    process.kill(pid, 'SIGSTOP');
    await waitFor(async () => (await runBy('a')).length === IDS.length, MOVED);
    process.kill(pid, 'SIGCONT');
    await waitFor(async () => (await runBy('a')).length + (await runBy('b')).length === IDS.length, MOVED);
    expect(workers.get('b')?.output()).to.include('no gateway renewed the lease');
    await waitFor(() => cameras.stats().sessions.length === IDS.length);
    expect(isRunning(pid)).to.equal(true);
  });

  it('run a camera with labels only where one carries them, which its status says until then', async () => {
    const statusOf = async () => (await getJson(`${gateway.origin}/api/cameras/1/status`)).body;
    const setLabels = async (labels: object) => {
      const answer = await fetch(`${gateway.origin}/api/cameras/1`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ labels }),
      });
      expect(answer.status).to.equal(200);
      expect(await answer.json()).to.deep.include({ labels });
    };
    await setLabels({ site: 'ulm' });
    await waitFor(async () => (await runBy('b')).includes('1') && !(await runBy('a')).includes('1'), MOVED);
    await setLabels({ site: 'berlin' });
    expect(await statusOf()).to.deep.include({
      connected: false,
      reason: 'no-worker-with-labels',
      detail: 'No worker with site=berlin',
    });
    const frame = await getJson(`${gateway.origin}/api/cameras/1/frame`);
    expect([frame.status, frame.body.code]).to.deep.equal([503, 'no-worker-with-labels']);
    const tried = { url: cameras.url('/1'), labels: { site: 'berlin' } };
    const test = await postJson(`${gateway.origin}/api/cameras/test`, tried);
    expect(test.body.code).to.equal('no-worker-with-labels');
    await waitFor(async () => !(await runBy('b')).includes('1'), MOVED);
    await run('c', 3, 'site=berlin,gpu=1');
    await waitFor(async () => (await runBy('c')).includes('1'), MOVED);
    await waitFor(areLive, MOVED);
    const { workers: known } = (await health()).rtsp;
    const c = known.find(({ name }: { name: string }) => name === 'c');
    expect(c.labels).to.deep.equal({ site: 'berlin', gpu: '1' });
  });

  it('give up what they run once no gateway is left', async () => {
    await gateway.end('SIGKILL');
    await waitFor(() => cameras.stats().sessions.length === 0, MOVED);
  });

  it('never show their secret', async () => {
    const output = [gateway, ...workers.values()].map((process) => process.output()).join('');
    expect(output).not.to.include(SECRET);
  });
});
