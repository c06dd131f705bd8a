import { expect } from 'chai';
import { CameraRouting } from '../../../gateway/worker-access/camera-routing.ts';
import type { Labels } from '../../../shared/worker-labels.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { thrown } from '../../support/errors.ts';
import { directoryOf, routingTo } from '../../support/routing.ts';

const IDS = Array.from({ length: 1000 }, (_, index) => `camera-${index}`);
const WORKER = { origin: 'http://127.0.0.1:8082', token: 'token' };

describe('CameraRouting', () => {
  let pool: FakePool;

  beforeEach(() => {
    pool = new FakePool(['rtsp-0', 'rtsp-1']);
  });

  it('resolves a known camera to its worker', () => {
    const routing = routingTo(pool, { workers: ['rtsp-0'] });
    pool.bringUp('rtsp-0', WORKER);
    expect(routing.resolve('1')).to.include({ name: 'rtsp-0', ...WORKER });
  });

  it('says camera-not-found for an unknown camera, ready worker or not', () => {
    const routing = routingTo(pool);
    expect(thrown(() => routing.resolve('2'))).to.include({ code: 'camera-not-found', status: 404 });
  });

  it('says storage-unavailable for an unknown camera while stored cameras are not loaded', () => {
    const directory = { ...directoryOf(['1']), isLoaded: false };
    const routing = new CameraRouting({ directory, pool, workers: ['rtsp-0'] });
    pool.bringUp('rtsp-0', WORKER);
    expect(thrown(() => routing.resolve('2'))).to.include({ code: 'storage-unavailable', retryAfter: 1 });
    expect(routing.resolve('1').name).to.equal('rtsp-0');
  });

  it('says worker-not-ready with the time of the next attempt', () => {
    const routing = routingTo(pool);
    pool.takeDown('rtsp-0', { retryAfterMs: 3200 });
    const error = thrown(() => routing.resolve('1'));
    expect(error).to.include({ code: 'worker-not-ready', retryAfter: 3.2 });
    expect(error.extra).to.deep.equal({ worker: 'rtsp-0', state: 'backoff' });
  });

  it('says that no worker is ready while there is none, and names none', () => {
    const error = thrown(() => routingTo(pool, { workers: [] }).resolve('1'));
    expect(error).to.include({ code: 'worker-not-ready', message: 'No worker is ready' });
    expect(error.extra).to.deep.equal({});
  });

  it('takes ready workers in turn for work of no camera', () => {
    const routing = routingTo(pool, { workers: ['rtsp-0', 'rtsp-1'] });
    expect(thrown(() => routing.anyReady()).code).to.equal('worker-not-ready');
    for (const name of routing.workers) pool.bringUp(name, WORKER);
    const names = Array.from({ length: 4 }, () => routing.anyReady().name);
    expect(new Set(names.slice(0, 2))).to.deep.equal(new Set(routing.workers));
    expect(names.slice(2)).to.deep.equal(names.slice(0, 2));
  });

  it('reports a worker to the supervisor', () => {
    routingTo(pool).report('rtsp-0');
    expect(pool.probed).to.deep.equal(['rtsp-0']);
  });

  it('spreads cameras evenly and names the same owner every time', () => {
    const routing = routingTo(pool, { workers: ['rtsp-0', 'rtsp-1'], ids: IDS });
    const names = IDS.map((id) => routing.nameOf(id));
    expect(names.filter((name) => name === 'rtsp-0').length).to.equal(IDS.length / 2);
    expect(IDS.map((id) => routing.nameOf(id))).to.deep.equal(names);
  });

  it('counts cameras that clients connect before they are known', () => {
    const routing = routingTo(pool, { workers: ['rtsp-0', 'rtsp-1'], ids: [] });
    const names = IDS.slice(0, 40).map((id) => routing.nameOf(id));
    expect(names.filter((name) => name === 'rtsp-0').length).to.equal(20);
  });

  it('places a further camera where a removed one left room, and still names the owner of that', () => {
    const ids = new Set(IDS.slice(0, 4));
    const routing = routingTo(pool, { workers: ['rtsp-0', 'rtsp-1'], ids });
    const before = [...ids].map((id) => [id, routing.nameOf(id)] as const);
    for (const [id, name] of before) if (name === 'rtsp-1') ids.delete(id);
    ids.add('later');
    expect(routing.nameOf('later')).to.equal('rtsp-1');
    expect(before.map(([id]) => routing.nameOf(id))).to.deep.equal(before.map(([, name]) => name));
  });

  it('keeps known cameras where they are, however many others clients name', () => {
    const routing = routingTo(pool, { workers: ['rtsp-0', 'rtsp-1'], ids: ['kept'] });
    const kept = routing.nameOf('kept');
    for (let index = 0; index < 1100; index += 1) routing.nameOf(`stranger-${index}`);
    expect(routing.nameOf('kept')).to.equal(kept);
  });

  it('moves only the cameras concerned when a worker comes, and tells of workers first', () => {
    const routing = routingTo(pool, { workers: ['a', 'b'], ids: IDS });
    const before = new Map(IDS.map((id) => [id, routing.nameOf(id)]));
    const told: string[] = [];
    routing.onWorkers((workers) => told.push(workers.join()));
    routing.onPlacement((id) => told.push(id));
    routing.spreadOver(['a', 'b', 'c']);
    const moved = IDS.filter((id) => routing.nameOf(id) !== before.get(id));
    expect(told[0]).to.equal('a,b,c');
    expect(told.slice(1)).to.have.members(moved);
    expect(moved.every((id) => routing.nameOf(id) === 'c')).to.equal(true);
  });

  it('has no worker for a camera before the first one comes', () => {
    const routing = routingTo(pool, { workers: [] });
    expect(thrown(() => routing.resolve('1'))).to.include({ code: 'worker-not-ready' });
    expect(thrown(() => routing.anyReady())).to.include({ code: 'worker-not-ready' });
    routing.spreadOver(['rtsp-1']);
    pool.bringUp('rtsp-1', WORKER);
    expect(routing.resolve('1').name).to.equal('rtsp-1');
  });

  describe('with labels', () => {
    const asked = new Map<string, Labels>([['1', { site: 'berlin' }]]);
    const carried = new Map<string, Labels>();
    let routing: CameraRouting;

    beforeEach(() => {
      carried.clear();
      asked.set('1', { site: 'berlin' });
      const labelsOf = (id: string) => asked.get(id) ?? {};
      const weights = () => ['1', '2'].map((id) => ({ id, weight: 1, labels: labelsOf(id) }));
      const directory = { ...directoryOf(['1', '2']), labelsOf, weights };
      const options = { directory, pool, workers: ['rtsp-0', 'rtsp-1'] };
      routing = new CameraRouting({ ...options, labelsOf: (name) => carried.get(name) ?? {} });
      for (const name of routing.workers) pool.bringUp(name, WORKER);
    });

    it('says which labels no worker carries, until one does', () => {
      const error = thrown(() => routing.resolve('1'));
      expect(error).to.include({ code: 'no-worker-with-labels', status: 503 });
      expect(error.message).to.equal('No worker with site=berlin');
      expect(routing.lackOf('1')?.message).to.equal(error.message);
      expect(routing.lackOf('2')).to.equal(undefined);
      const moved: string[] = [];
      routing.onPlacement((id) => moved.push(id));
      carried.set('rtsp-1', { site: 'berlin', gpu: '1' });
      routing.fit();
      expect(moved).to.deep.equal(['1']);
      expect(routing.resolve('1').name).to.equal('rtsp-1');
      expect(routing.lackOf('1')).to.equal(undefined);
    });

    it('moves a camera whose labels were changed to a worker that carries the new ones', () => {
      carried.set('rtsp-0', { site: 'berlin' });
      carried.set('rtsp-1', { site: 'ulm' });
      expect(routing.nameOf('1')).to.equal('rtsp-0');
      asked.set('1', { site: 'ulm' });
      routing.fit();
      expect(routing.nameOf('1')).to.equal('rtsp-1');
    });

    it('tries and connects a camera only where its labels are', () => {
      carried.set('rtsp-1', { site: 'berlin' });
      for (const _ of [1, 2, 3])
        expect(routing.anyReady(undefined, { site: 'berlin' }).name).to.equal('rtsp-1');
      for (const id of ['x', 'y', 'z'])
        expect(routing.workerAt(undefined, id, { site: 'berlin' }).name).to.equal('rtsp-1');
      const nowhere = { site: 'ulm' };
      for (const find of [
        () => routing.anyReady(undefined, nowhere),
        () => routing.workerAt(undefined, '2', nowhere),
      ])
        expect(thrown(find)).to.include({ code: 'no-worker-with-labels' });
    });
  });
});
