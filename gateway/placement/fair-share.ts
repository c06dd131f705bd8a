/** What a gateway claims for its workers, and what they give back: pure, so that it can be simulated. */
import { carries, type Labels, parseLabels } from '#shared/worker-labels.ts';

/** A worker whose lease lasts. */
export interface SharingWorker {
  name: string;
  capacity: number;
  labels: Labels;
}

/** Cameras that ask for the same labels. */
export interface CameraSet {
  /** As `gpu=1,site=berlin`; empty for cameras of any worker. */
  labels: string;
  total: number;
  /** Cameras that may be claimed. */
  orphans: number;
  /** Cameras of each worker that is alive. */
  counts: ReadonlyMap<string, number>;
}

/** Cameras of one set to claim for a worker, or to take from it. */
export interface Move {
  worker: string;
  labels: string;
  count: number;
}

/** What is to be done. */
export interface Decision {
  claims: Move[];
  returns: Move[];
}

/** Cameras that are given back in one round: at least this many, or a third. */
const LEAST_RETURNS = 50;
const RETURN_SHARE = 3;
/** Shares are fractions, and computed ones a little off. */
const EPSILON = 1e-6;

/**
 * Decides for some workers, from what all gateways see.
 * @param kept names of the workers that are decided for
 */
export function decideMoves(
  alive: readonly SharingWorker[],
  sets: readonly CameraSet[],
  kept: ReadonlySet<string>,
): Decision {
  const decision: Decision = { claims: [], returns: [] };
  for (const { set, shares } of sharesOf(alive, sets)) {
    const { labels, orphans, counts } = set;
    for (const worker of kept) {
      const count = counts.get(worker) ?? 0;
      const share = shares.get(worker);
      // It carries the labels no more.
      if (share === undefined && count > 0) decision.returns.push({ worker, labels, count });
      if (share === undefined) continue;
      if (orphans > 0 && count < share) decision.claims.push({ worker, labels, count: share - count });
      if (orphans === 0 && count > share) {
        const surplus = count - share;
        const most = Math.max(LEAST_RETURNS, Math.ceil(surplus / RETURN_SHARE));
        decision.returns.push({ worker, labels, count: Math.min(surplus, most) });
      }
    }
  }
  return decision;
}

/**
 * The fair share of each worker that carries the labels of a set. Sets of few workers come first; each evens out what
 * its workers have of the sets before it.
 */
function sharesOf(
  alive: readonly SharingWorker[],
  sets: readonly CameraSet[],
): { set: CameraSet; shares: Map<string, number> }[] {
  const loads = new Map(alive.map(({ name }) => [name, 0]));
  const carried = sets.map((set) => {
    const asked = parseLabels(set.labels) ?? {};
    return { set, workers: alive.filter((worker) => carries(worker.labels, asked)) };
  });
  const inOrder = carried.sort(
    (a, b) => a.workers.length - b.workers.length || (a.set.labels < b.set.labels ? -1 : 1),
  );
  return inOrder.map(({ set, workers }) => {
    const level = levelOf(workers, loads, set.total);
    const shares = workers.map(({ name, capacity }) => {
      const load = loads.get(name) ?? 0;
      const share = Math.max(0, level * capacity - load);
      loads.set(name, load + share);
      return [name, Math.ceil(share - EPSILON)] as const;
    });
    return { set, shares: new Map(shares) };
  });
}

/** To which load by capacity the least loaded workers rise when they take so many cameras more. */
function levelOf(
  workers: readonly SharingWorker[],
  loads: ReadonlyMap<string, number>,
  total: number,
): number {
  const loadOf = ({ name }: SharingWorker): number => loads.get(name) ?? 0;
  const byLevel = [...workers].sort((a, b) => loadOf(a) / a.capacity - loadOf(b) / b.capacity);
  let [level, load, capacity] = [0, total, 0];
  for (const worker of byLevel) {
    if (capacity > 0 && level <= loadOf(worker) / worker.capacity) break;
    load += loadOf(worker);
    capacity += worker.capacity;
    level = load / capacity;
  }
  return level;
}
