import type { Server } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import express from 'express';
import { AppError } from '#shared/errors.ts';
import { RecordingFolder } from '#shared/recordings/recording-folder.ts';
import { RecordingIndex } from '#shared/recordings/recording-index.ts';
import { Archives } from '../../../gateway/recordings/archives.ts';
import { LocalArchive } from '../../../gateway/recordings/local-archive.ts';
import { Movies } from '../../../gateway/recordings/movies.ts';
import { SegmentRepository } from '../../../gateway/recordings/segment-repository.ts';
import { sendMovie } from '../../../gateway/recordings/send-movie.ts';
import { agentOffline } from '../../../gateway/worker-access/agent-worker.ts';
import type { WorkerAddress } from '../../../gateway/worker-access/worker-address.ts';
import { Archive } from '../../../workers/rtsp/archive/archive.ts';
import { archiveRoutes } from '../../../workers/rtsp/archive/archive-routes.ts';
import { rejection } from '../../support/errors.ts';
import { probeVideo } from '../../support/probe-video.ts';
import { portOf, problems, serve, silentLog } from '../../support/serve.ts';
import { openSqlite } from '../../support/stores.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { RecordedCamera } from '../../workers/rtsp/outputs/recording/material.ts';

const YARD = { cameraId: 'yard', isContinuous: true, ringSeconds: 0, keepMs: 3_600_000 };
const ALL = { cameraId: 'yard', from: 0, to: Number.MAX_SAFE_INTEGER };

/** Ten seconds of a camera at a worker, from a time on. */
async function openWorker(startedAt: number) {
  const yard = new RecordedCamera();
  const archive = Archive.open({ folder: yard.folder, quotaBytes: 2 ** 30, log: silentLog });
  await archive.apply([YARD]);
  yard.camera.wall = startedAt;
  yard.recorder.apply(YARD);
  yard.camera.begin();
  await yard.camera.play(10);
  await yard.recorder.close();
  for (const message of yard.messages) archive.take(message);
  await waitFor(async () => (await archive.list(ALL, 10)).length === 1);
  const server = await serve(express().use(archiveRoutes(archive)).use(problems));
  return { archive, server, yard };
}

/** Answers every request with the same JSON. */
function openLiar(json: unknown): Promise<Server> {
  return serve(express().use((_req, res) => void res.json(json)));
}

describe('The archives of a gateway', () => {
  const start = Date.now() - 120_000;
  const workers = new Map<string, Server>();
  let places: string[];
  let asked: string[];
  let first: Awaited<ReturnType<typeof openWorker>>;
  let second: Awaited<ReturnType<typeof openWorker>>;
  let archives: Archives;
  let gateway: Server;

  const closing: (() => Promise<unknown> | unknown)[] = [];
  before(async () => {
    first = await openWorker(start);
    second = await openWorker(start + 30_000);
    workers.set('w1', first.server).set('w2', second.server);
    const store = await openSqlite();
    const repository = new SegmentRepository(store);
    const folder = new RecordingFolder(temporaryFolder());
    const index = new RecordingIndex({
      ...{ repository, keepMsOf: () => 0, log: silentLog },
      discard: (segment) => folder.remove(segment),
    });
    archives = new Archives({
      local: new LocalArchive({ repository, index, folder }),
      places: { workersOf: async () => places, all: async () => [], remove: async () => {} },
      routing: {
        workers: [],
        nameOf: () => 'w2',
        workerNamed: (name) => {
          asked.push(name);
          const server = workers.get(name);
          if (server === undefined) throw agentOffline(name, '2026-11-30T10:00:00.000Z');
          return { name, origin: `http://127.0.0.1:${portOf(server)}`, token: 't' } as WorkerAddress;
        },
      },
    });
    const movies = new Movies({ archives });
    const app = express()
      .get('/movie', async (req, res) => sendMovie(req, res, await movies.get(ALL), 'yard.mp4'))
      .get('/file/:file', (req, res) => archives.send({ cameraId: 'yard', file: req.params.file }, req, res))
      .use(problems);
    gateway = await serve(app);
    closing.push(
      () => gateway.close(),
      () => store.close(),
    );
    for (const { server, archive } of [first, second])
      closing.push(
        () => server.close(),
        () => archive.close(),
      );
  });
  beforeEach(() => {
    places = ['w1', 'w2'];
    asked = [];
  });
  after(async () => {
    for (const close of closing) await close();
  });

  const get = (path: string, headers = {}) =>
    fetch(`http://127.0.0.1:${portOf(gateway)}${path}`, { headers });

  it('join what several workers have of a camera, in order of time', async () => {
    places = ['w2', 'w1'];
    const { spans, failures } = await archives.spans(ALL);
    expect(failures).to.deep.equal([]);
    expect(spans.map(({ startedAt }) => startedAt)).to.deep.equal([start, start + 30_000]);
    const found = await archives.list(ALL, 10);
    expect(found.map(({ segment }) => segment.file)).to.deep.equal(
      [first, second].map(({ yard }) => yard.files[0]?.name),
    );
  });

  it('make one movie of it, of which every range is right', async () => {
    const movie = Buffer.from(await (await get('/movie')).arrayBuffer());
    const video = await probeVideo(movie);
    expect(video.complaints).to.equal('');
    expect(video.packets.at(-1)?.shownAt).to.be.within(19, 20.1);
    for (let at = 0; at < movie.length; at += Math.ceil(movie.length / 17)) {
      const end = Math.min(movie.length - 1, at + Math.floor(movie.length / 5));
      const part = await get('/movie', { Range: `bytes=${at}-${end}` });
      expect(Buffer.from(await part.arrayBuffer()).equals(movie.subarray(at, end + 1)), `${at}`).to.equal(
        true,
      );
    }
  });

  it('find a file where it is, and pass on the range of it that is asked for', async () => {
    const { name, bytes } = second.yard.files[0] as (typeof second.yard.files)[number];
    const part = await get(`/file/${name}`, { Range: 'bytes=10-99' });
    expect([part.status, part.headers.get('content-range')]).to.deep.equal([
      206,
      `bytes 10-99/${bytes.length}`,
    ]);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 100))).to.equal(true);
    expect((await get(`/file/${name}`, { Range: `bytes=${bytes.length}-` })).status).to.equal(416);
    expect((await get('/file/2026-11-30T10-55-01.123Z.continues.mp4')).status).to.equal(404);
    expect((await get('/file/..%2F.index.sqlite')).status).to.equal(404);
  });

  it('end quietly when a client leaves in the middle', async () => {
    const leave = new AbortController();
    const { name } = second.yard.files[0] as (typeof second.yard.files)[number];
    for (const path of ['/movie', `/file/${name}`]) {
      const answer = await fetch(`http://127.0.0.1:${portOf(gateway)}${path}`, { signal: leave.signal });
      expect(answer.status).to.equal(200);
      await answer.body?.cancel();
    }
    const [segment] = await second.archive.list(ALL, 1);
    const found = (await archives.list(ALL, 10)).find(({ segment: { file } }) => file === segment?.file);
    const blocks = found?.archive.read(found.segment, 0, found.segment.bytes)[Symbol.asyncIterator]();
    await blocks?.next();
    await blocks?.return?.();
    // An error that no one took would be thrown in one of the next turns.
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  });

  it('say who does not answer, and fail only where no other has anything', async () => {
    places = ['agent-home', 'w1'];
    const { spans, failures } = await archives.spans(ALL);
    expect(spans.length).to.equal(1);
    expect(failures.map(({ message }) => message)).to.deep.equal([
      'Agent home is offline since 2026-11-30T10:00:00.000Z',
    ]);
    expect((await archives.list(ALL, 10)).length).to.equal(1);
    places = ['agent-home'];
    expect((await rejection(archives.list(ALL, 10))).code).to.equal('agent-offline');
    expect((await rejection(archives.remove(ALL))).code).to.equal('agent-offline');
  });

  it('ask no worker that was not told to record the camera', async () => {
    places = ['w1'];
    await archives.spans(ALL);
    expect(asked).to.deep.equal(['w1']);
  });

  it('take nothing from a worker that is no answer of ours', async () => {
    places = ['liar'];
    const segment = (await second.archive.list(ALL, 1))[0];
    const lies = [
      [{ ...segment, file: '../../../etc/passwd' }],
      [{ ...segment, file: 'a.mp4\n#EXTINF' }],
      [{ ...segment, bytes: -1 }],
      { not: 'a list' },
    ];
    for (const lie of lies) {
      const liar = await openLiar(lie);
      workers.set('liar', liar);
      expect((await rejection(archives.list(ALL, 10))).code).to.equal('worker-failed');
      liar.close();
    }
    const other = await openLiar([{ ...segment, cameraId: 'gate' }]);
    workers.set('liar', other);
    expect((await archives.list(ALL, 10))[0]?.segment.cameraId).to.equal('yard');
    other.close();
  });

  it('break off what a worker breaks off', async () => {
    places = ['dying'];
    const [segment] = await second.archive.list(ALL, 1);
    const app = express().use((req, res) => {
      if (req.path.endsWith('/segments')) res.json([segment]);
      else {
        res.status(206).set('Content-Length', '1000').write('some bytes');
        setTimeout(() => res.destroy(), 50);
      }
    });
    const dying = await serve(app);
    workers.set('dying', dying);
    const [found] = await archives.list(ALL, 1);
    const blocks = found?.archive.read(found.segment, 0, 1000)[Symbol.asyncIterator]();
    expect(String((await blocks?.next())?.value)).to.equal('some bytes');
    expect((await rejection(blocks?.next() as Promise<unknown>)).code).to.equal('worker-failed');
    const answer = await get(`/file/${segment?.file}`);
    const whole = await answer.arrayBuffer().then(
      () => true,
      () => false,
    );
    expect(whole).to.equal(false);
    dying.close();
  });

  it('refuse tables of samples that no recorder wrote', async () => {
    places = ['liar'];
    const [segment] = await second.archive.list(ALL, 1);
    const { init, fragments } = await second.archive.fragments(ALL, segment?.file ?? '');
    for (const lie of [
      { init: Buffer.from('no movie').toString('base64'), fragments },
      { init, fragments: fragments.map((fragment) => ({ ...fragment, moofAt: 2 ** 52 })) },
    ]) {
      const app = express().use(
        (req, res) => void res.json(req.path.endsWith('/segments') ? [segment] : lie),
      );
      const liar = await serve(app);
      workers.set('liar', liar);
      const movies = new Movies({ archives });
      const outcome = await movies.get(ALL).then(
        ({ files }) =>
          rejection(
            files[0]
              ?.read(2 ** 52, 2 ** 52 + 10)
              [Symbol.asyncIterator]()
              .next() as Promise<unknown>,
          ),
        (error: unknown) => error,
      );
      expect(outcome).to.be.instanceOf(AppError).and.include({ code: 'worker-failed' });
      liar.close();
    }
  });
});
