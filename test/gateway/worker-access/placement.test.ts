import { expect } from 'chai';
import * as fc from 'fast-check';
import { type PlacedCamera, placeCameras } from '../../../gateway/worker-access/placement.ts';

const workersOf = (...names: string[]) => names.map((name) => ({ name, capacity: 1 }));
const camerasOf = (count: number, weight = 1): PlacedCamera[] =>
  Array.from({ length: count }, (_, index) => ({ id: `camera-${index}`, weight }));

/** The weights that each worker got. */
function loads(cameras: readonly PlacedCamera[], placed: Map<string, string>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { id, weight } of cameras) {
    const worker = placed.get(id) as string;
    sums[worker] = (sums[worker] ?? 0) + weight;
  }
  return sums;
}

const settled = (cameras: readonly PlacedCamera[], placed: Map<string, string>): PlacedCamera[] =>
  cameras.map((camera) => ({ ...camera, worker: placed.get(camera.id) }));

describe('placeCameras', () => {
  it('gives two workers as many of eight cameras each', () => {
    const cameras = camerasOf(8);
    const placed = placeCameras(cameras, workersOf('a', 'b'));
    expect(loads(cameras, placed)).to.deep.equal({ a: 4, b: 4 });
  });

  it('places heavy cameras on different workers', () => {
    const cameras = [...camerasOf(6), { id: 'heavy-1', weight: 4 }, { id: 'heavy-2', weight: 4 }];
    const placed = placeCameras(cameras, workersOf('a', 'b'));
    expect(placed.get('heavy-1')).not.to.equal(placed.get('heavy-2'));
    expect(loads(cameras, placed)).to.deep.equal({ a: 7, b: 7 });
  });

  it('gives a worker with three times the capacity three times the load', () => {
    const cameras = camerasOf(40);
    const workers = [
      { name: 'small', capacity: 1 },
      { name: 'large', capacity: 3 },
    ];
    expect(loads(cameras, placeCameras(cameras, workers))).to.deep.equal({ small: 10, large: 30 });
  });

  it('places a further camera on the worker with the least load', () => {
    const cameras = [
      { id: '1', weight: 4, worker: 'a' },
      { id: '2', weight: 1, worker: 'b' },
      { id: '3', weight: 1, worker: 'b' },
      { id: '4', weight: 1 },
    ];
    expect(placeCameras(cameras, workersOf('a', 'b')).get('4')).to.equal('b');
  });

  it('decides alike in any order of cameras and workers', () => {
    const cameras = camerasOf(20);
    const one = placeCameras(cameras, workersOf('a', 'b', 'c'));
    const other = placeCameras(cameras.toReversed(), workersOf('c', 'b', 'a'));
    expect(Object.fromEntries(other)).to.deep.equal(Object.fromEntries(one));
  });

  it('moves no camera when one is removed', () => {
    const cameras = settled(camerasOf(9), placeCameras(camerasOf(9), workersOf('a', 'b')));
    const left = cameras.filter(({ worker }) => worker === 'a');
    const placed = placeCameras(left, workersOf('a', 'b'));
    expect(new Set(placed.values())).to.deep.equal(new Set(['a']));
  });

  it('moves only the cameras of a worker that left, and spreads them', () => {
    const before = settled(camerasOf(12), placeCameras(camerasOf(12), workersOf('a', 'b', 'c')));
    const placed = placeCameras(before, workersOf('a', 'b'));
    const moved = before.filter(({ id, worker }) => placed.get(id) !== worker);
    expect(moved.every(({ worker }) => worker === 'c')).to.equal(true);
    expect(loads(before, placed)).to.deep.equal({ a: 6, b: 6 });
  });

  it('gives a worker that joined its share, and moves no other camera', () => {
    const before = settled(camerasOf(12), placeCameras(camerasOf(12), workersOf('a', 'b')));
    const placed = placeCameras(before, [...workersOf('a', 'b'), { name: 'c', capacity: 1, isNew: true }]);
    const moved = before.filter(({ id, worker }) => placed.get(id) !== worker);
    expect(moved.every(({ id }) => placed.get(id) === 'c')).to.equal(true);
    expect(loads(before, placed)).to.deep.equal({ a: 4, b: 4, c: 4 });
  });

  it('keeps loads within the heaviest camera of each other, and every camera that has a worker', () => {
    const pool = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
    const weights = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(pool, weights, (names, all) => {
        const cameras = all.map((weight, index) => ({ id: String(index), weight }));
        const placed = placeCameras(cameras, workersOf(...names));
        const sums = names.map((name) => loads(cameras, placed)[name] ?? 0);
        expect(Math.max(...sums) - Math.min(...sums)).to.be.at.most(Math.max(...all));
        expect(placeCameras(settled(cameras, placed), workersOf(...names))).to.deep.equal(placed);
      }),
    );
  });

  it('places cameras with labels on workers alone that carry them, and evens out with the others', () => {
    const cameras = camerasOf(12).map((camera, index) =>
      index < 6 ? { ...camera, labels: { site: 'berlin' } } : camera,
    );
    const workers = [
      { name: 'a', capacity: 1, labels: { site: 'berlin', gpu: '1' } },
      { name: 'b', capacity: 1 },
    ];
    const placed = placeCameras(cameras, workers);
    for (const { id } of cameras.slice(0, 6)) expect(placed.get(id)).to.equal('a');
    for (const { id } of cameras.slice(6)) expect(placed.get(id)).to.equal('b');
  });

  it('places no camera whose labels no worker carries, and moves one whose worker carries them no more', () => {
    const berlin = { id: '1', weight: 1, labels: { site: 'berlin' }, worker: 'a' };
    const workers = [
      { name: 'a', capacity: 1 },
      { name: 'b', capacity: 1, labels: { site: 'ulm' } },
    ];
    expect([...placeCameras([berlin], workers)]).to.deep.equal([]);
    const moved = placeCameras(
      [berlin],
      [...workers, { name: 'c', capacity: 1, labels: { site: 'berlin' } }],
    );
    expect(moved.get('1')).to.equal('c');
  });

  it('refuses an empty pool', () => {
    expect(() => placeCameras(camerasOf(1), [])).to.throw('at least one worker');
  });
});
