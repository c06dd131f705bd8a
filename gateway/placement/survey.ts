/** How cameras are shared out now. */
import type { CameraSet, SharingWorker } from './fair-share.ts';
import type { WorkerCounts } from './owner-map.ts';

/**
 * Cameras by what they ask for. @param alive workers whose lease lasts
 * @param mayTake whether cameras of workers may be claimed whose lease is over
 */
export function surveyOf(
  counts: ReadonlyMap<string, WorkerCounts>,
  alive: readonly SharingWorker[],
  mayTake: boolean,
): CameraSet[] {
  const names = new Set(alive.map(({ name }) => name));
  return [...counts].map(([labels, all]) => {
    const living = new Map<string, number>();
    let [orphans, total] = [0, 0];
    for (const [worker, count] of all) {
      total += count;
      if (worker !== null && names.has(worker)) living.set(worker, count);
      else if (worker === null || mayTake) orphans += count;
    }
    return { labels, counts: living, orphans, total };
  });
}

/** The worker with the fewest cameras for its capacity. */
export function emptiestOf(
  workers: readonly SharingWorker[],
  counts: ReadonlyMap<string, WorkerCounts>,
): string | undefined {
  const sets = [...counts.values()];
  const load = ({ name, capacity }: SharingWorker): number =>
    sets.reduce((sum, set) => sum + (set.get(name) ?? 0), 0) / capacity;
  return workers.toSorted((a, b) => load(a) - load(b))[0]?.name;
}
