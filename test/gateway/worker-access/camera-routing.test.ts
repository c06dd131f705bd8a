import { expect } from 'chai';
import { CameraRouting, rendezvous } from '../../../gateway/worker-access/camera-routing.ts';
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

  it('names the same owner every time', () => {
    const routing = routingTo(pool, { workers: ['rtsp-0', 'rtsp-1'] });
    for (const id of IDS) {
      const name = rendezvous(id, routing.workers);
      expect([routing.nameOf(id), routing.nameOf(id)]).to.deep.equal([name, name]);
    }
  });
});

describe('rendezvous', () => {
  it('gives a camera the same worker every time, in any order of the workers', () => {
    for (const id of IDS.slice(0, 20)) {
      expect(rendezvous(id, ['a', 'b', 'c'])).to.equal(rendezvous(id, ['c', 'a', 'b']));
    }
  });

  it('spreads cameras evenly', () => {
    const workers = ['rtsp-0', 'rtsp-1', 'rtsp-2', 'rtsp-3'];
    for (const worker of workers) {
      expect(IDS.filter((id) => rendezvous(id, workers) === worker).length).to.be.within(200, 300);
    }
  });

  it('moves only the cameras that the new worker takes when the pool grows', () => {
    const moved = IDS.filter((id) => rendezvous(id, ['a', 'b', 'c']) !== rendezvous(id, ['a', 'b']));
    expect(moved.every((id) => rendezvous(id, ['a', 'b', 'c']) === 'c')).to.equal(true);
    expect(moved.length).to.be.within(270, 400);
  });

  it('refuses an empty pool', () => {
    expect(() => rendezvous('1', [])).to.throw('at least one worker');
  });
});
