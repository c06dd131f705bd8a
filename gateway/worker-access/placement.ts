/** Which worker runs which camera: by load, and without moving what runs. */
import { createHash } from 'node:crypto';

/** A camera to place. */
export interface PlacedCamera {
  id: string;
  /** What it is expected to cost, beside the others: 1 for a camera that is rarely watched. */
  weight: number;
  /** The worker that runs it. Absent, or not among the workers: it is placed anew. */
  worker?: string | undefined;
}

/** A worker that may run cameras. */
export interface PlacementWorker {
  name: string;
  /** How much it can run, beside the others; 1 where all are alike. */
  capacity: number;
  /** Whether it joined just now: it takes cameras from the others until it has its share. */
  isNew?: boolean;
}

/**
 * Places cameras, the heaviest first, each on the worker that is then loaded least for its capacity; of equal
 * workers, by rendezvous hashing (Thaler and Ravishankar, 1998), so that every gateway decides alike.
 * A camera stays where it is; only a worker that left or joined moves cameras.
 * @returns the worker of each camera, by its id
 * @throws Error for an empty pool
 */
export function placeCameras(
  cameras: readonly PlacedCamera[],
  workers: readonly PlacementWorker[],
): Map<string, string> {
  if (workers.length === 0) throw new Error('cameras need a pool with at least one worker');
  const bins = workers.map((worker) => new Bin(worker));
  const homeless: PlacedCamera[] = [];
  for (const camera of cameras) {
    const home = bins.find(({ name }) => name === camera.worker);
    if (home === undefined) homeless.push(camera);
    else home.add(camera);
  }
  for (const bin of bins) if (bin.isNew) fill(bin, bins);
  for (const camera of homeless.sort(byWeight)) leastLoaded(camera, bins).add(camera);
  return new Map(bins.flatMap(({ name, cameras }) => [...cameras].map(({ id }) => [id, name] as const)));
}

/** One worker and what it runs. */
class Bin {
  readonly name: string;
  readonly capacity: number;
  readonly isNew: boolean;
  readonly cameras = new Set<PlacedCamera>();
  weight = 0;

  constructor({ name, capacity, isNew = false }: PlacementWorker) {
    this.name = name;
    this.capacity = capacity;
    this.isNew = isNew;
  }

  add(camera: PlacedCamera): void {
    this.cameras.add(camera);
    this.weight += camera.weight;
  }

  remove(camera: PlacedCamera): void {
    this.cameras.delete(camera);
    this.weight -= camera.weight;
  }

  /** Its load, with a further weight. */
  load(further = 0): number {
    return (this.weight + further) / this.capacity;
  }
}

/** Moves cameras from the most loaded workers until the new one has the load of all on average. */
function fill(bin: Bin, bins: readonly Bin[]): void {
  const total = bins.reduce((sum, { weight }) => sum + weight, 0);
  const fair = total / bins.reduce((sum, { capacity }) => sum + capacity, 0);
  for (;;) {
    const source = bins.reduce((top, other) => (other.load() > top.load() ? other : top));
    const movable = [...source.cameras].filter(({ weight }) => weight > 0 && bin.load(weight) <= fair);
    const camera = best(movable, ({ id }) => score(id, bin.name));
    if (source.load() <= fair || camera === undefined) return;
    source.remove(camera);
    bin.add(camera);
  }
}

function leastLoaded({ id, weight }: PlacedCamera, bins: readonly Bin[]): Bin {
  const least = Math.min(...bins.map((bin) => bin.load(weight)));
  const equal = bins.filter((bin) => bin.load(weight) === least);
  return best(equal, ({ name }) => score(id, name)) as Bin;
}

function best<T>(items: readonly T[], scoreOf: (item: T) => string): T | undefined {
  if (items.length < 2) return items[0];
  const scored = items.map((item) => ({ item, score: scoreOf(item) }));
  return scored.reduce((top, other) => (other.score > top.score ? other : top)).item;
}

function byWeight(a: PlacedCamera, b: PlacedCamera): number {
  return b.weight - a.weight || (a.id < b.id ? -1 : 1);
}

function score(cameraId: string, worker: string): string {
  return createHash('sha256').update(`${worker}\0${cameraId}`).digest('hex');
}
