/** Which worker a camera belongs to. */
import { createHash } from 'node:crypto';

/**
 * Rendezvous hashing (Thaler and Ravishankar, 1998): the worker with the highest
 * score for this camera. A change in the pool moves only the cameras concerned.
 * @throws Error for an empty pool
 */
export function ownerOf(cameraId: string, workers: readonly string[]): string {
  const scored = workers.map((worker) => ({ worker, score: scoreOf(cameraId, worker) }));
  const best = scored.reduce<{ worker: string; score: string } | undefined>(
    (top, candidate) => (top === undefined || candidate.score > top.score ? candidate : top),
    undefined,
  );
  if (best === undefined) throw new Error('a camera needs a pool with at least one worker');
  return best.worker;
}

function scoreOf(cameraId: string, worker: string): string {
  return createHash('sha256').update(`${worker}\0${cameraId}`).digest('hex');
}
