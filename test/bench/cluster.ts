/** Placement of many cameras among many gateways: the real code on a real PostgreSQL, without workers. */
import { sql } from 'kysely';
import { Placement } from '../../gateway/placement/placement.ts';
import { PlacementRepository } from '../../gateway/placement/placement-repository.ts';
import { openStore, type Store } from '../../gateway/store/store.ts';
import { silentLog } from '../support/serve.ts';
import { createPostgresDatabase, HAS_POSTGRES } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { benchWorkers } from './cluster-workers.ts';
import { print, target } from './report.ts';

/** Cameras, gateways, and workers of each. */
const SIZES = [
  [40, 2, 2],
  [1000, 4, 25],
  [100_000, 4, 25],
  [100_000, 4, 250],
] as const;
/** Every thirtieth round compares sums of all rows: one of them is among those that are timed. */
const REST_MS = 35_000;
/** What was placed is evened out after it is balanced. */
const SETTLE_MS = 10_000;
const PATIENCE = { timeoutMs: 120_000 };
const MAX_IMBALANCE = 1.2;

interface Gateway {
  repository: PlacementRepository;
  placement: Placement;
}

/**
 * Prints what pictures cost with several workers, then balance, moves on a loss, the time of a round and queries a
 * second. @param seconds length of a window of pictures
 */
export async function benchCluster(seconds: number): Promise<void> {
  await benchWorkers(seconds);
  if (!HAS_POSTGRES) {
    print('placement: skipped, TEST_DATABASE_URL names no PostgreSQL');
    return;
  }
  for (const [cameras, gateways, workers] of SIZES) await placeCameras(cameras, gateways, workers);
}

async function placeCameras(cameras: number, gateways: number, workers: number): Promise<void> {
  const databaseUrl = await createPostgresDatabase();
  const store = openStore({ dataDir: temporaryFolder(), databaseUrl, log: silentLog });
  await store.whenReady();
  const ids = Array.from({ length: cameras }, (_, index) => `camera-${index}`);
  const all = Array.from({ length: gateways }, (_, index) =>
    openGateway(store, `g${index}`, { ids, workers }),
  );
  try {
    const startedAt = performance.now();
    for (const { placement } of all) placement.start();
    await waitFor(() => isBalanced(store, { cameras, workers: gateways * workers }), PATIENCE);
    const placedMs = performance.now() - startedAt;
    const { perSecond, roundMs } = await rest(all);
    const imbalance = Math.max(...(await counts(store)).values()) / (cameras / (gateways * workers));
    print(
      `${cameras} cameras, ${gateways} gateways, ${gateways * workers} workers: placed after ${seconds(placedMs)}; ` +
        `at rest ${perSecond.toFixed(1)} queries a second, slowest round ${roundMs.toFixed(0)} ms`,
    );
    target(
      `the slowest round at rest with ${cameras} cameras: ${roundMs.toFixed(0)} ms (1000)`,
      roundMs < 1000,
    );
    target(`most cameras of a worker by the mean: ${imbalance.toFixed(2)} (1.2)`, imbalance <= MAX_IMBALANCE);
    await loseOne(store, all, { cameras, workers });
  } finally {
    for (const { placement } of all) await placement.close();
    await store.close();
  }
}

async function rest(all: readonly Gateway[]): Promise<{ perSecond: number; roundMs: number }> {
  const queries = (): number => all.reduce((sum, { repository }) => sum + repository.queries, 0);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const before = queries();
  const endsAt = performance.now() + REST_MS;
  let roundMs = 0;
  while (performance.now() < endsAt) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    roundMs = Math.max(roundMs, ...all.map(({ placement }) => placement.lastRoundMs));
  }
  return { perSecond: ((queries() - before) / REST_MS) * 1000, roundMs };
}

/** Ends the first gateway. */
async function loseOne(
  store: Store,
  [first, ...others]: readonly Gateway[],
  { cameras, workers }: { cameras: number; workers: number },
): Promise<void> {
  const owners = async () =>
    new Map((await new PlacementRepository(store).owners(0)).rows.map((row) => [row.camera_id, row.worker]));
  const before = await owners();
  const lost = [...before.values()].filter((worker) => worker?.startsWith('g0.')).length;
  const lostAt = performance.now();
  await first?.placement.close();
  await waitFor(() => isBalanced(store, { cameras, workers: others.length * workers }), PATIENCE);
  const movedMs = performance.now() - lostAt;
  const moved = [...(await owners())].filter(([id, worker]) => worker !== before.get(id)).length;
  print(
    `  ${moved} of ${cameras} moved ${seconds(movedMs)} after the orderly end of a gateway that had ${lost}`,
  );
  target(`only cameras of the gateway that ended moved: ${moved} (${lost})`, moved === lost);
}

function openGateway(
  store: Store,
  name: string,
  { ids, workers }: { ids: string[]; workers: number },
): Gateway {
  const repository = new PlacementRepository(store);
  const local = Array.from({ length: workers }, (_, index) => ({
    ...{ name: `${name}.rtsp-${index}`, address: null, labels: '{}', capacity: 1, silentMs: 0 },
  }));
  const placement = new Placement({
    repository,
    keeper: { name, incarnation: `process of ${name}` },
    local: () => local,
    wanted: () => ids,
    log: silentLog,
  });
  return { repository, placement };
}

/** Every camera has a worker, and no worker much more than the mean. */
async function isBalanced(
  store: Store,
  { cameras, workers }: { cameras: number; workers: number },
): Promise<boolean> {
  const all = await new PlacementRepository(store).workers();
  const perWorker = await counts(store);
  const alive = all.flatMap(({ isAlive, name }) => (isAlive ? [perWorker.get(name) ?? 0] : []));
  const mean = cameras / workers;
  return (
    alive.length === workers &&
    alive.reduce((sum, count) => sum + count, 0) === cameras &&
    Math.max(...alive) <= Math.max(MAX_IMBALANCE * mean, Math.ceil(mean))
  );
}

async function counts(store: Store): Promise<Map<string, number>> {
  const query = sql<{ worker: string; count: number }>`
    select worker, count(*) as count from camera_owners where worker is not null group by worker`;
  const { rows } = await query.execute(store.db);
  return new Map(rows.map(({ worker, count }) => [worker, count]));
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
