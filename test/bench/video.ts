/** What live video costs: WebRTC and MSE, printed and judged. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeClip } from './clip.ts';
import { measureMse } from './mse.ts';
import { print, target } from './report.ts';
import { openStage, type Stage } from './scenarios.ts';
import { measureWebrtc, type VisitFigures } from './webrtc.ts';

/** How thoroughly to measure. */
export interface VideoBenchOptions {
  /** Length of each window. */
  seconds: number;
  /** Visits that warm up, and those whose memory is looked at. */
  visits: readonly [number, number];
}

/** WebRTC viewers of one camera of 4 Mbit/s. */
export async function benchWebrtc({ seconds, visits }: VideoBenchOptions): Promise<void> {
  await onStage(async (stage) => {
    const { cpuPerViewer, memoryPerViewer, firstFrameMs, ...rest } = await measureWebrtc({
      stage,
      seconds,
      visits,
    });
    for (const [viewers, share] of Object.entries(cpuPerViewer)) {
      print(`WebRTC: ${share.toFixed(2)} % of a core per viewer at ${viewers}`);
    }
    print(`WebRTC: ${memoryPerViewer.toFixed(2)} MiB per viewer`);
    const shares = Object.values(cpuPerViewer);
    target(
      `a WebRTC viewer costs at most ${Math.max(...shares).toFixed(2)} % of a core (1)`,
      shares.every((share) => share <= 1),
    );
    for (const [way, ms] of Object.entries(firstFrameMs)) {
      target(`first frame by ${way} after ${ms.toFixed(0)} ms (300)`, ms <= 300);
    }
    judgeVisits(rest.visits);
  });
}

function judgeVisits({ count, p50, max, before, after }: VisitFigures): void {
  print(`WebRTC: a visit takes ${p50.toFixed(0)} ms (p50), at most ${max.toFixed(0)} ms`);
  for (const process of ['gateway', 'workers'] as const) {
    const growth = (key: 'rssMib' | 'descriptors' | 'threads') =>
      `${before[process][key]} to ${after[process][key]}`;
    const figures = `${growth('rssMib')} MiB, ${growth('descriptors')} descriptors, ${growth('threads')} threads`;
    print(`WebRTC: ${count} visits, ${process}: ${figures}`);
  }
  const grown = after.workers.rssMib - before.workers.rssMib;
  target(`${count} WebRTC visits leave ${grown} MiB in the workers (20)`, grown <= 20);
  const left = (key: 'descriptors' | 'threads') =>
    after.gateway[key] + after.workers[key] - before.gateway[key] - before.workers[key];
  const leftBehind = Math.max(left('descriptors'), left('threads'));
  target(`${count} WebRTC visits leave ${leftBehind} descriptors or threads (2)`, leftBehind <= 2);
}

/** Per cent of a core that an MSE viewer may cost. */
const MOST_ALONE = 1;
const MOST_AMONG_MANY = 0.18;

/** MSE viewers of one camera of 4 Mbit/s. */
export async function benchMse(seconds: number): Promise<void> {
  await onStage(async (stage) => {
    const costs = await measureMse(stage, seconds);
    for (const { viewers, perViewer, gateway, rate, firstMs } of costs) {
      const share = `${(gateway / viewers).toFixed(2)} of it the gateway's`;
      const figures = `${perViewer.toFixed(2)} % of a core per viewer, ${share}, ${rate.toFixed(1)} fragments a second`;
      print(`MSE: ${viewers} viewer(s): ${figures}, the first after ${firstMs.toFixed(0)} ms`);
    }
    for (const { viewers, perViewer } of [costs[0], costs.at(-1)].filter((cost) => cost !== undefined)) {
      const most = viewers === 1 ? MOST_ALONE : MOST_AMONG_MANY;
      target(
        `an MSE viewer among ${viewers} costs ${perViewer.toFixed(2)} % of a core (${most})`,
        perViewer <= most,
      );
    }
  });
}

async function onStage(measure: (stage: Stage) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const clip = join(folder, 'clip.h264');
  makeClip(clip);
  const stage = await openStage(clip, 1);
  try {
    await measure(stage);
  } finally {
    await stage.close();
    rmSync(folder, { recursive: true });
  }
}
