/** Which worker runs which camera: by labels and load, and without moving what runs. */
import { createHash } from 'node:crypto';
import { carries, type Labels, NO_LABELS } from '#shared/worker-labels.ts';

/** A camera to place. */
export interface PlacedCamera {
  id: string;
  /** What it is expected to cost, beside the others: 1 for a camera that is rarely watched. */
  weight: number;
  /** Only a worker that carries all of them may run it. */
  labels?: Labels;
  /** The worker that runs it. Absent, not among the workers, or without its labels: it is placed anew. */
  worker?: string | undefined;
}

/** A worker that may run cameras. */
export interface PlacementWorker {
  name: string;
  /** How much it can run, beside the others; 1 where all are alike. */
  capacity: number;
  labels?: Labels;
  /** Whether it joined just now: it takes cameras from the others until it has its share. */
  isNew?: boolean;
}

/**
 * Places cameras, the heaviest first, each on the worker that is then loaded least for its capacity; of equal
 * workers, by rendezvous hashing (Thaler and Ravishankar, 1998), so that every gateway decides alike.
 * A camera stays where it is; only a worker that left or joined moves cameras.
 * @returns the worker of each camera, by its id; a camera whose labels no worker carries is not among them
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
    const home = bins.find((bin) => bin.name === camera.worker && bin.fits(camera));
    if (home === undefined) homeless.push(camera);
    else home.add(camera);
  }
  for (const bin of bins) if (bin.isNew) fill(bin, bins);
  for (const camera of homeless.sort(byWeight)) leastLoaded(camera, bins)?.add(camera);
  return new Map(bins.flatMap(({ name, cameras }) => [...cameras].map(({ id }) => [id, name] as const)));
}

/** One worker and what it runs. */
class Bin {
  readonly name: string;
  readonly capacity: number;
  readonly labels: Labels;
  readonly isNew: boolean;
  readonly cameras = new Set<PlacedCamera>();
  weight = 0;

  constructor({ name, capacity, labels = NO_LABELS, isNew = false }: PlacementWorker) {
    this.name = name;
    this.capacity = capacity;
    this.labels = labels;
    this.isNew = isNew;
  }

  fits({ labels = NO_LABELS }: PlacedCamera): boolean {
    return carries(this.labels, labels);
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

/** Moves cameras from the most loaded workers until the new one is loaded like those that it can take from. */
function fill(bin: Bin, bins: readonly Bin[]): void {
  for (;;) {
    const move = moveTo(bin, bins);
    if (move === undefined) return;
    move.from.remove(move.camera);
    bin.add(move.camera);
  }
}

/** The next camera that evens out the load. */
function moveTo(bin: Bin, bins: readonly Bin[]): { from: Bin; camera: PlacedCamera } | undefined {
  const others = bins.filter((other) => other !== bin).sort((a, b) => b.load() - a.load());
  for (const from of others) {
    const movable = [...from.cameras].filter(
      (camera) =>
        camera.weight > 0 && bin.fits(camera) && bin.load(camera.weight) <= from.load(-camera.weight),
    );
    const camera = best(movable, ({ id }) => score(id, bin.name));
    if (camera !== undefined) return { from, camera };
  }
  return undefined;
}

function leastLoaded(camera: PlacedCamera, bins: readonly Bin[]): Bin | undefined {
  const fitting = bins.filter((bin) => bin.fits(camera));
  const least = Math.min(...fitting.map((bin) => bin.load(camera.weight)));
  const equal = fitting.filter((bin) => bin.load(camera.weight) === least);
  return best(equal, ({ name }) => score(camera.id, name));
}

function best<T>(items: readonly T[], scoreOf: (item: T) => string): T | undefined {
  if (items.length < 2) return items[0];
  const scored = items.map((item) => ({ item, score: scoreOf(item) }));
  return scored.reduce((top, other) => (other.score > top.score ? other : top)).item;
}

/** Those that ask for the most labels first: the others even out what is left. */
function byWeight(a: PlacedCamera, b: PlacedCamera): number {
  return asked(b) - asked(a) || b.weight - a.weight || (a.id < b.id ? -1 : 1);
}

function asked({ labels = NO_LABELS }: PlacedCamera): number {
  return Object.keys(labels).length;
}

function score(cameraId: string, worker: string): string {
  return createHash('sha256').update(`${worker}\0${cameraId}`).digest('hex');
}
