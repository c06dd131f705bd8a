/** What viewers of fragmented MP4 over WebSocket cost. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuShare } from './measure.ts';
import { type Stage, workerPids } from './scenarios.ts';

/** The cost of so many viewers of one camera beyond that of the camera alone, per cent of a core. */
export interface MseCost {
  viewers: number;
  workers: number;
  gateway: number;
  /** Both, by viewer. */
  perViewer: number;
  /** Fragments a second of the slowest viewer. */
  rate: number;
  /** From opening a socket to the first fragment, milliseconds. */
  firstMs: number;
  firstMsP99: number;
}

const VIEWER = fileURLToPath(new URL('mse-viewer.ts', import.meta.url));
/** What starting the gateway costs is over then. */
const START_MS = 12_000;
/** The first viewer's code is compiled then. */
const SETTLE_MS = 6000;

/** Measures camera 1 of a stage with each number of viewers, and without any immediately before. */
export async function measureMse(
  stage: Stage,
  seconds: number,
  numbers: readonly number[] = [1, 10, 50],
): Promise<MseCost[]> {
  const costs: MseCost[] = [];
  await delay(START_MS);
  for (const viewers of numbers) {
    const alone = await costOf(stage, seconds);
    costs.push(await measureViewers(stage, viewers, seconds, alone));
  }
  return costs;
}

async function measureViewers(
  stage: Stage,
  viewers: number,
  seconds: number,
  alone: { workers: number; gateway: number },
): Promise<MseCost> {
  const watchedS = seconds + (2 * SETTLE_MS) / 1000;
  const args = [VIEWER, stage.gateway.origin, '1', viewers, watchedS].map(String);
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const printed = text(child.stdout);
  await delay(SETTLE_MS);
  const spent = await costOf(stage, seconds);
  const seen = JSON.parse(await printed) as Pick<MseCost, 'rate' | 'firstMs' | 'firstMsP99'>;
  const workers = spent.workers - alone.workers;
  const gateway = spent.gateway - alone.gateway;
  return { viewers, workers, gateway, perViewer: (workers + gateway) / viewers, ...seen };
}

async function costOf({ gateway }: Stage, seconds: number): Promise<{ workers: number; gateway: number }> {
  const pids = await workerPids(gateway);
  const [workers, own] = await Promise.all([cpuShare(pids, seconds), cpuShare([gateway.pid], seconds)]);
  return { workers, gateway: own };
}
