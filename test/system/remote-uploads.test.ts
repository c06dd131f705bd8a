import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../support/free-port.ts';
import { getJson, postJson } from '../support/http.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway, startWorker } from '../support/processes.ts';
import { S3Server } from '../support/s3-server.ts';
import { createPostgresDatabase } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeVideoFile } from '../support/video-file.ts';
import { waitFor } from '../support/wait-for.ts';

const SECRET = 'S3cr3tC4nary-of-workers';
/** A lease, its end noticed, and the cameras connected elsewhere; generous under load. */
const MOVED = { timeoutMs: 40_000 };

/** A worker whose disk stays when it ends. */
class RemoteWorker {
  readonly name: string;
  readonly #disk = temporaryFolder();
  #port = 0;
  #running: RunningProcess | undefined;

  constructor(name: string) {
    this.name = name;
  }

  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort();
    const env = { WORKER_SECRET: SECRET, WORKER_HOST: '127.0.0.1', WORKER_NAME: this.name };
    const disk = { DATA_DIR: this.#disk, DISK_RESERVE_MB: '0' };
    this.#running = await startWorker({ ...env, ...disk }, this.#port);
  }

  async end(): Promise<void> {
    await this.#running?.end('SIGKILL');
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Names of all files in its folder of videos. */
  get videos(): string[] {
    const folder = join(this.#disk, 'videos', this.name);
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  inodeOf(name: string): number {
    return statSync(join(this.#disk, 'videos', this.name, name)).ino;
  }

  emptyDisk(): void {
    rmSync(join(this.#disk, 'videos'), { recursive: true });
  }
}

async function upload(
  origin: string,
  cameraId: string,
  content: Buffer<ArrayBuffer> | string,
  name = 'clip.mp4',
) {
  const form = new FormData();
  form.append('cameraId', cameraId);
  form.append('streamType', 'video');
  form.append('file', new Blob([content]), name);
  const answer = await fetch(`${origin}/api/camera-streams`, { method: 'POST', body: form });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function clip(): Promise<Buffer<ArrayBuffer>> {
  const file = join(temporaryFolder(), 'clip.mp4');
  await makeVideoFile(file, { frames: 50 });
  return readFileSync(file);
}

/** Uploads a video; like a client, it tries again while no worker is ready: on a busy machine leases lapse. */
async function uploaded(origin: string, cameraId: string): Promise<void> {
  const content = await clip();
  await waitFor(async () => {
    const { status, body } = await upload(origin, cameraId, content);
    if (body.code === 'worker-not-ready') return false;
    expect([status, body.code]).to.deep.equal([201, undefined]);
    return true;
  }, MOVED);
}

const play = (origin: string, id: string, video: string) =>
  postJson(`${origin}/api/cameras`, { id, name: id, video });
const isShown = (origin: string, id: string) => async () =>
  (await fetch(`${origin}/api/cameras/${id}/frame`)).status === 200;
/** Whether it has its database and all of its workers. */
const isReady = ({ origin }: RunningProcess, workers: number) =>
  waitFor(async () => {
    const { database, services } = (await getJson(`${origin}/health`)).body;
    return database.ready && services.rtsp.ready === workers;
  }, MOVED);

describe('Uploads of a gateway that has remote workers only', function () {
  this.timeout(120_000);
  const worker = new RemoteWorker('w0');
  let gateway: RunningProcess;

  before(async () => {
    await worker.start();
    const env = { WORKER_URLS: worker.url, WORKER_SECRET: SECRET };
    gateway = await startGateway({ ...env, ANALYSIS: 'off', DISK_RESERVE_MB: '0' });
    await isReady(gateway, 1);
  });

  after(async () => {
    await gateway?.end();
    await worker.end();
  });

  it('are checked by a worker, which keeps nothing of it', async () => {
    const { status, body } = await upload(gateway.origin, 'film', await clip());
    expect([status, body.video]).to.deep.equal([
      201,
      { codec: 'h264', width: 160, height: 120, durationMs: 2000 },
    ]);
    const refused = await upload(gateway.origin, 'text', 'no video at all');
    expect([refused.status, refused.body.code]).to.deep.equal([415, 'not-a-video']);
    expect(worker.videos).to.deep.equal([]);
  });

  it('play as cameras, from a copy at the worker', async () => {
    const tried = await postJson(`${gateway.origin}/api/cameras/test`, {
      id: 'new',
      name: 'New',
      video: 'film',
    });
    expect([tried.status, tried.body.width]).to.deep.equal([200, 160]);
    expect((await play(gateway.origin, 'screen', 'film')).status).to.equal(201);
    await waitFor(isShown(gateway.origin, 'screen'), MOVED);
    expect(worker.videos).to.have.length(1);
  });

  it('play again after a restart of the worker, from the same copy', async () => {
    const before = worker.videos.map((name) => worker.inodeOf(name));
    await worker.end();
    await worker.start();
    await waitFor(isShown(gateway.origin, 'screen'), MOVED);
    expect(worker.videos.map((name) => worker.inodeOf(name))).to.deep.equal(before);
  });

  it('are brought again where the worker lost its disk', async () => {
    await worker.end();
    worker.emptyDisk();
    await worker.start();
    await waitFor(isShown(gateway.origin, 'screen'), MOVED);
    expect(worker.videos).to.have.length(1);
  });

  it('leave the worker when they are deleted, and their cameras say so', async () => {
    const [before] = worker.videos;
    expect((await upload(gateway.origin, 'short', await clip())).status).to.equal(201);
    expect((await play(gateway.origin, 'wall', 'short')).status).to.equal(201);
    await waitFor(isShown(gateway.origin, 'wall'), MOVED);
    const deleted = await fetch(`${gateway.origin}/api/camera-streams/short`, { method: 'DELETE' });
    expect(deleted.status).to.equal(204);
    await waitFor(() => worker.videos.length === 1, MOVED);
    expect(worker.videos).to.deep.equal([before]);
    const status = async () => (await getJson(`${gateway.origin}/api/cameras/wall/status`)).body;
    await waitFor(async () => (await status()).reason === 'camera-video-unreadable', MOVED);
  });

  it('leave the worker with the camera', async () => {
    expect((await fetch(`${gateway.origin}/api/cameras/screen`, { method: 'DELETE' })).status).to.equal(204);
    await waitFor(() => worker.videos.length === 0, MOVED);
  });
});

describe('Uploads of two gateways that share remote workers', function () {
  this.timeout(120_000);
  const workers = [new RemoteWorker('w0'), new RemoteWorker('w1')];
  let gateways: RunningProcess[] = [];
  let bucket: S3Server;

  before(async function () {
    requirePeer(this, 'versitygw, an S3 server');
    requirePeer(this, 'a PostgreSQL server');
    [bucket] = await Promise.all([S3Server.open(), ...workers.map((worker) => worker.start())]);
    const env = {
      DATABASE_URL: await createPostgresDatabase(),
      SECRET_KEY: 'a key that all of them have',
      WORKER_URLS: workers.map(({ url }) => url).join(','),
      WORKER_SECRET: SECRET,
      ANALYSIS: 'off',
      DISK_RESERVE_MB: '0',
    };
    gateways = await Promise.all([
      startGateway({ ...env, ...bucket.env, GATEWAY_NAME: 'a' }),
      startGateway({ ...env, ...bucket.env, GATEWAY_NAME: 'b' }),
    ]);
    await Promise.all(gateways.map((gateway) => isReady(gateway, workers.length)));
  });

  after(async () => {
    await Promise.all(gateways.map((gateway) => gateway.end()));
    await Promise.all(workers.map((worker) => worker.end()));
    await bucket?.close();
  });

  const here = () => gateways[0] as RunningProcess;
  const there = () => gateways[1] as RunningProcess;
  const copies = () => workers.flatMap(({ videos }) => videos);

  it('play at both, wherever they were uploaded and whichever gives the orders', async () => {
    for (const { origin } of gateways) {
      const id = origin === here().origin ? 'one' : 'two';
      await uploaded(origin, id);
      expect((await play(origin, id, id)).status).to.equal(201);
    }
    for (const { origin } of gateways)
      for (const id of ['one', 'two']) await waitFor(isShown(origin, id), MOVED);
    // A camera that moved leaves a copy where it was; the worker removes that minutes later.
    expect(new Set(copies()).size).to.equal(2);
  });

  it('go on when one of the gateways is gone, and leave the workers with their cameras', async () => {
    await here().end('SIGKILL');
    for (const id of ['one', 'two']) await waitFor(isShown(there().origin, id), MOVED);
    await waitFor(async () => (await getJson(`${there().origin}/api/cameras`)).body.length === 2);
    const before = copies().length;
    for (const id of ['one', 'two']) await fetch(`${there().origin}/api/cameras/${id}`, { method: 'DELETE' });
    await waitFor(() => copies().length === before - 2, MOVED);
    gateways = [there()];
  });
});
