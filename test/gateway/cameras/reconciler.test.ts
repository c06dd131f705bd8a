import { expect } from 'chai';
import { Redactor } from '#shared/redact.ts';
import { sourceId } from '#shared/source-id.ts';
import { CameraDirectory } from '../../../gateway/cameras/camera-directory.ts';
import { Reconciler } from '../../../gateway/cameras/reconciler.ts';
import { VideoCarrier } from '../../../gateway/cameras/video-carrier.ts';
import type { CameraRouting } from '../../../gateway/worker-access/camera-routing.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { refuseWith, WorkerDouble } from '../../doubles/worker-double.ts';
import { asRtsp, cameraSource } from '../../support/camera-source.ts';
import { routingTo } from '../../support/routing.ts';
import { silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

const NAMES = ['rtsp-0', 'rtsp-1'];

describe('Reconciler', () => {
  let workers: WorkerDouble[];
  let pool: FakePool;
  let directory: CameraDirectory;
  let routing: CameraRouting;
  let reconciler: Reconciler;

  beforeEach(async () => {
    workers = [await WorkerDouble.open(), await WorkerDouble.open()];
    pool = new FakePool(NAMES);
    directory = new CameraDirectory(100, new Redactor());
    routing = routingTo(pool, { workers: NAMES });
    reconciler = create();
  });

  afterEach(async () => {
    await reconciler.close();
    await Promise.all(workers.map((worker) => worker.close()));
  });

  function create(timings = {}): Reconciler {
    return new Reconciler({
      directory,
      routing,
      pool,
      carrier: new VideoCarrier(silentLog),
      log: silentLog,
      ...timings,
    });
  }

  function want(id: string, port = 554): void {
    directory.put({ id, name: id, location: '', source: cameraSource(port), origin: 'connected' });
  }

  function bringUp(): void {
    for (const [index, name] of NAMES.entries()) pool.bringUp(name, workers[index] as WorkerDouble);
  }

  const workerOf = (id: string) => workers[NAMES.indexOf(routing.nameOf(id))] as WorkerDouble;
  const idsAt = (worker: WorkerDouble | undefined) => [...(worker?.cameras.keys() ?? [])].sort();
  const isRunning = (ids: string[]) => ids.every((id) => workerOf(id).cameras.has(id));
  const listings = () =>
    workers.reduce((sum, worker) => sum + worker.seen('GET', '/internal/cameras').length, 0);

  it('gives each worker its own cameras once it is ready, and no other', async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `c${index}`);
    for (const id of ids) want(id);
    reconciler.start();
    bringUp();
    await waitFor(() => isRunning(ids));
    for (const [index, worker] of workers.entries()) {
      expect(idsAt(worker)).to.deep.equal(ids.filter((id) => routing.nameOf(id) === NAMES[index]));
      expect(worker.cameras.size).to.be.greaterThan(0);
    }
  });

  it('gives a worker that was restarted everything anew', async () => {
    reconciler.start();
    want('1');
    bringUp();
    await waitFor(() => isRunning(['1']));
    const index = workers.indexOf(workerOf('1'));
    pool.takeDown(NAMES[index] as string);
    await workers[index]?.close();
    workers[index] = await WorkerDouble.open();
    pool.bringUp(NAMES[index] as string, workers[index]);
    await waitFor(() => isRunning(['1']));
  });

  it('runs cameras on workers that come later, and takes them back from workers that go', async () => {
    routing.spreadOver([]);
    reconciler.start();
    want('1');
    routing.spreadOver(['rtsp-0']);
    bringUp();
    await waitFor(() => workers[0]?.cameras.has('1'));
    routing.spreadOver(['rtsp-0', 'rtsp-1']);
    for (let id = 2; id <= 8; id += 1) want(String(id));
    await waitFor(() => isRunning(['1', '2', '3', '4', '5', '6', '7', '8']));
    routing.spreadOver(['rtsp-1']);
    await waitFor(() => ['1', '2', '3', '4', '5', '6', '7', '8'].every((id) => workers[1]?.cameras.has(id)));
  });

  it('follows every change: added, replaced, removed', async () => {
    reconciler.start();
    bringUp();
    want('1', 554);
    await waitFor(() => asRtsp(workerOf('1').cameras.get('1')?.source)?.port === 554);
    want('1', 555);
    await waitFor(() => asRtsp(workerOf('1').cameras.get('1')?.source)?.port === 555);
    directory.remove('1');
    await waitFor(() => !workerOf('1').cameras.has('1'));
  });

  it('removes cameras that are not desired or belong to another worker', async () => {
    for (const worker of workers) worker.cameras.set('x', { cameraId: 'x', source: cameraSource() });
    want('x');
    reconciler.start();
    bringUp();
    await waitFor(() => workers.filter(({ cameras }) => cameras.has('x')).length === 1);
    expect(workerOf('x').cameras.has('x')).to.equal(true);
  });

  it('sends one request to one worker for a change to one camera, and none where its source stays', async () => {
    reconciler.start();
    bringUp();
    for (const id of ['1', '2', '3']) want(id);
    await waitFor(() => isRunning(['1', '2', '3']));
    for (const { requests } of workers) requests.length = 0;
    const requests = () =>
      workers.flatMap((worker) => worker.requests.map(({ method, url }) => `${method} ${url}`));

    want('1', 555);
    await waitFor(() => asRtsp(workerOf('1').cameras.get('1')?.source)?.port === 555);
    expect(requests()).to.deep.equal(['PUT /internal/cameras/1']);
    want('1', 555);
    directory.remove('2');
    await waitFor(() => !workerOf('2').cameras.has('2'));
    want('3', 556);
    await waitFor(() => asRtsp(workerOf('3').cameras.get('3')?.source)?.port === 556);
    expect(requests().sort()).to.deep.equal([
      'DELETE /internal/cameras/2',
      'PUT /internal/cameras/1',
      'PUT /internal/cameras/3',
    ]);
  });

  it('asks a worker to which other gateways go too for a changed camera again, which does no harm', async () => {
    reconciler = create({ epochOf: () => 1 });
    reconciler.start();
    bringUp();
    want('1');
    await waitFor(() => isRunning(['1']));
    // Another gateway disconnects it there, and ends before it tells of that.
    workerOf('1').cameras.clear();
    directory.adjust('1', { name: 'Door' });
    await waitFor(() => isRunning(['1']));
  });

  it('repairs by itself what changed at a worker', async () => {
    reconciler = create({ everyMs: 30 });
    reconciler.start();
    want('1');
    bringUp();
    await waitFor(() => isRunning(['1']));
    workerOf('1').cameras.clear();
    await waitFor(() => isRunning(['1']));
  });

  it('tries again soon after a failure, and does not let one camera keep the others waiting', async () => {
    reconciler = create({ retryMs: 20 });
    const ids = ['c0', 'c1', 'c2', 'c3', 'c4', 'c5'];
    for (const id of ids) want(id);
    const [bad, ...good] = ids.filter((id) => workerOf(id) === workerOf('c0')) as [string, ...string[]];
    expect(good).to.have.length.greaterThan(0);
    workerOf(bad).answers.set(`PUT /internal/cameras/${bad}`, refuseWith(500, { code: 'internal-error' }));
    reconciler.start();
    bringUp();
    await waitFor(() => isRunning(good));
    expect(isRunning([bad])).to.equal(false);
    workerOf(bad).answers.clear();
    await waitFor(() => isRunning([bad]));
  });

  it('leaves a camera alone while a request decides about it, and looks at it afterwards', async () => {
    reconciler = create({ everyMs: 20 });
    reconciler.start();
    bringUp();
    const release = reconciler.hold('1');
    want('1');
    want('2');
    await waitFor(() => isRunning(['2']));
    const before = listings();
    await waitFor(() => listings() >= before + 4);
    expect(isRunning(['1'])).to.equal(false);
    release();
    await waitFor(() => isRunning(['1']));
  });

  it('leaves a camera alone about which a request began to decide while its turn had not come', async () => {
    const ids = Array.from({ length: 7 }, (_, index) => `c${index}`);
    const held: string[] = [];
    const waiting: (() => void)[] = [];
    const answerAll = (): void => {
      for (const answer of waiting.splice(0)) answer();
    };
    for (const worker of workers)
      for (const id of ids)
        worker.answers.set(`PUT /internal/cameras/${id}`, (_request, response) => {
          held.push(id);
          waiting.push(() => response.end('{}'));
        });
    routing.spreadOver(['rtsp-0']);
    for (const id of ids) want(id);
    reconciler.start();
    bringUp();
    await waitFor(() => held.length === 4);
    const late = ids.filter((id) => !held.includes(id)).at(-1) as string;
    const release = reconciler.hold(late);
    // Another camera of the same worker is put after all that waited.
    want('marker');
    await waitFor(() => {
      answerAll();
      return isRunning(['marker']);
    });
    expect(held).to.not.include(late);
    for (const worker of workers) worker.answers.clear();
    release();
    await waitFor(() => isRunning([late]));
  });

  it('takes the word of a request for what the worker runs, unless several decided simultaneously', async () => {
    reconciler.start();
    bringUp();
    want('2');
    await waitFor(() => isRunning(['2']));
    const connected = { sourceId: sourceId(cameraSource()) };
    const puts = () => workerOf('1').seen('PUT', '/internal/cameras/1').length;
    const release = reconciler.hold('1');
    want('1');
    release(connected);
    want('2', 555);
    await waitFor(() => asRtsp(workerOf('2').cameras.get('2')?.source)?.port === 555);
    expect(puts()).to.equal(0);
    const [first, second] = [reconciler.hold('1'), reconciler.hold('1')];
    first(connected);
    second(connected);
    await waitFor(() => puts() === 1);
  });

  it('looks at both workers where a camera moved while a request connected it', async () => {
    let at = 'rtsp-0';
    const none = () => () => {};
    routing = {
      ...{
        nameOf: (id: string) => (id === '1' ? at : 'rtsp-0'),
        mirrorNameOf: () => undefined,
        workers: NAMES,
      },
      ...{ onWorkers: none, onPlacement: none },
    } as unknown as CameraRouting;
    reconciler = create();
    reconciler.start();
    bringUp();
    await waitFor(() => listings() >= 2);
    const release = reconciler.hold('1', 'rtsp-0');
    workers[0]?.cameras.set('1', { cameraId: '1', source: cameraSource() });
    for (const id of ['1', '2']) want(id);
    await waitFor(() => workers[0]?.cameras.has('2'));
    at = 'rtsp-1';
    release({ sourceId: sourceId(cameraSource()) });
    await waitFor(() => idsAt(workers[0]).join() === '2' && idsAt(workers[1]).join() === '1');
  });

  it('tells the worker that gives the video of an agent’s camera, too, once a request has decided', async () => {
    routing.nameOf = () => 'rtsp-0';
    routing.mirrorNameOf = () => 'rtsp-1';
    reconciler = create({ mirrorOf: () => cameraSource(1999) });
    reconciler.start();
    bringUp();
    const release = reconciler.hold('1');
    want('1');
    want('2');
    await waitFor(() => workers.every(({ cameras }) => cameras.has('2')));
    release({ sourceId: sourceId(cameraSource()) });
    await waitFor(() => asRtsp(workers[1]?.cameras.get('1')?.source)?.port === 1999);
  });

  it('puts many cameras by one request', async () => {
    for (let index = 0; index < 60; index += 1) want(`c${index}`);
    reconciler.start();
    bringUp();
    await waitFor(() => isRunning(directory.list().map(({ id }) => id)));
    const changes = workers.flatMap(({ requests }) => requests.filter(({ method }) => method !== 'GET'));
    expect(changes.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
      'PATCH /internal/cameras',
      'PATCH /internal/cameras',
    ]);
  });

  it('puts many cameras one by one when they are refused together', async () => {
    for (const worker of workers)
      worker.answers.set('PATCH /internal/cameras', refuseWith(400, { code: 'invalid-field' }));
    for (let index = 0; index < 60; index += 1) want(`c${index}`);
    reconciler.start();
    bringUp();
    await waitFor(() => isRunning(directory.list().map(({ id }) => id)));
  });

  it('makes at most four simultaneous calls to a worker', async () => {
    for (const worker of workers)
      for (let index = 0; index < 30; index += 1)
        worker.cameras.set(`c${index}`, { cameraId: `c${index}`, source: cameraSource() });
    reconciler.start();
    bringUp();
    await waitFor(() => workers.every(({ cameras }) => cameras.size === 0));
    for (const { mostConcurrent } of workers) expect(mostConcurrent).to.be.within(2, 4);
  });

  it('does nothing any more once it is closed', async () => {
    reconciler.start();
    bringUp();
    await waitFor(() => listings() >= 2);
    await reconciler.close();
    const before = listings();
    want('1');
    bringUp();
    reconciler.hold('1')();
    // A call of the reconciler would have been sent before these.
    for (const { origin } of workers) await fetch(`${origin}/internal/cameras`);
    expect(listings()).to.equal(before + workers.length);
  });
});
