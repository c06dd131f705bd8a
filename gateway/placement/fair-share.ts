/** What a gateway claims for its workers, and what they give back: pure, so that it can be simulated. */

/** A worker whose lease lasts. */
export interface SharingWorker {
  name: string;
  capacity: number;
}

/** Cameras to claim for a worker, or to take from it. */
export interface Move {
  worker: string;
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

/**
 * Decides for some workers, from what all gateways see.
 * @param counts cameras of each worker, dead ones among them @param orphans cameras that may be claimed
 * @param kept names of the workers that are decided for
 */
export function decideMoves(
  alive: readonly SharingWorker[],
  {
    counts,
    orphans,
    total,
    kept,
  }: {
    counts: ReadonlyMap<string, number>;
    orphans: number;
    total: number;
    kept: ReadonlySet<string>;
  },
): Decision {
  const capacity = alive.reduce((sum, worker) => sum + worker.capacity, 0);
  const decision: Decision = { claims: [], returns: [] };
  for (const worker of alive) {
    if (!kept.has(worker.name)) continue;
    const share = Math.ceil((total * worker.capacity) / capacity);
    const count = counts.get(worker.name) ?? 0;
    if (orphans > 0 && count < share) decision.claims.push({ worker: worker.name, count: share - count });
    if (orphans === 0 && count > share) {
      const surplus = count - share;
      const most = Math.max(LEAST_RETURNS, Math.ceil(surplus / RETURN_SHARE));
      decision.returns.push({ worker: worker.name, count: Math.min(surplus, most) });
    }
  }
  return decision;
}
