/** What frames cost and how late they are, beside what ffmpeg needs for the same work in the same run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeClip } from './clip.ts';
import { percentile } from './measure.ts';
import { print, target } from './report.ts';
import {
  type Cost,
  cycleConnect,
  cycleSubscribe,
  measureFfmpeg,
  measureIdle,
  measureLeak,
  measureRecovery,
  measureSnapshots,
  measureViewers,
  openStage,
  type Viewing,
} from './scenarios.ts';

/** What one number of cameras cost. */
interface Result {
  cameras: number;
  idle: Cost;
  emptyMib: number;
  one: Viewing;
  ten: Viewing;
  ffmpeg: number;
  snapshots: { p50: number; p99: number };
  connectMs: number;
}

/** How thoroughly to measure. */
export interface FrameBenchOptions {
  /** Numbers of cameras to measure with. */
  cameras: readonly number[];
  /** Length of each window. */
  seconds: number;
  /** Connect and subscribe cycles of the search for leaks. */
  cycles: readonly [connects: number, subscribes: number];
}

/** Measures, prints the table and judges it. */
export async function benchFrames({ cameras, seconds, cycles }: FrameBenchOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const clip = join(folder, 'clip.h264');
  print('Making a 1080p30 clip of 4 Mbit/s ...');
  makeClip(clip);
  const results: Result[] = [];
  for (const count of cameras) results.push(await measure(clip, count, seconds));
  printTable(results);
  for (const result of results) judge(result);
  await measureSteadiness(clip, cycles);
  rmSync(folder, { recursive: true });
}

async function measure(clip: string, cameras: number, seconds: number): Promise<Result> {
  print(`Measuring ${cameras} camera(s) ...`);
  const stage = await openStage(clip, cameras);
  try {
    const idle = await measureIdle(stage, seconds);
    const ffmpeg = await measureFfmpeg(stage, seconds);
    const one = await measureViewers(stage, 1, seconds);
    const ten = await measureViewers(stage, 10, seconds);
    const snapshots = await measureSnapshots(stage, 100);
    return {
      cameras,
      idle,
      emptyMib: stage.emptyMib,
      one,
      ten,
      ffmpeg,
      snapshots,
      connectMs: percentile(stage.connectMs, 0.5),
    };
  } finally {
    await stage.close();
  }
}

async function measureSteadiness(
  clip: string,
  [connects, subscribes]: readonly [number, number],
): Promise<void> {
  const stage = await openStage(clip, 1);
  try {
    const connectMib = await measureLeak(stage, connects, () => cycleConnect(stage));
    target(`${connects} connect cycles leave ${connectMib.toFixed(1)} MiB`, connectMib <= 20);
    const subscribeMib = await measureLeak(stage, subscribes, () => cycleSubscribe(stage));
    target(`${subscribes} subscribe cycles leave ${subscribeMib.toFixed(1)} MiB`, subscribeMib <= 20);
    const recoveryMs = await measureRecovery(stage);
    target(
      `frames again ${recoveryMs.toFixed(0)} ms after kill -9 of the workers (5000)`,
      recoveryMs <= 5000,
    );
  } finally {
    await stage.close();
  }
}

function judge({ cameras, idle, emptyMib, one, ten, ffmpeg }: Result): void {
  const name = `${cameras} camera(s):`;
  const idleShare = idle.workers / cameras;
  target(`${name} idle ${idleShare.toFixed(1)} % of a core per camera (2.5)`, idleShare <= 2.5);
  const idleMib = (idle.mib - emptyMib) / cameras;
  target(`${name} idle ${idleMib.toFixed(1)} MiB per camera (8)`, idleMib <= 8);
  const ratio = one.workers / cameras / ffmpeg;
  target(`${name} a viewer costs ${ratio.toFixed(2)} times ffmpeg (1.1)`, ratio <= 1.1);
  const growth = ten.workers / one.workers;
  target(`${name} ten viewers cost the workers ${growth.toFixed(2)} times one (1.3)`, growth <= 1.3);
  const share = (ffmpeg * cameras) / availableParallelism();
  if (share > 100)
    print(`${name} on this machine ffmpeg alone would need ${share.toFixed(0)} % of all cores`);
  target(`${name} each viewer gets ${one.rate.toFixed(1)} fps (14)`, one.rate >= 14);
  target(
    `${name} latency p50 ${one.p50.toFixed(0)} ms (35), p99 ${one.p99.toFixed(0)} ms (80)`,
    one.p50 <= 35 && one.p99 <= 80,
  );
}

function printTable(rows: Result[]): void {
  const head = [
    'cameras',
    'idle %',
    'idle MiB',
    '1 viewer: workers + gateway %',
    '10 viewers: workers + gateway %',
    'ffmpeg, one camera %',
    'fps',
    'latency p50/p99 ms',
    '10 viewers p50/p99 ms',
    'GET /frame p50/p99 ms',
    'connect ms',
  ];
  print(`\n| ${head.join(' | ')} |\n|${' --- |'.repeat(head.length)}`);
  for (const { cameras, idle, one, ten, ffmpeg, snapshots, connectMs } of rows) {
    const cells = [
      cameras,
      idle.workers.toFixed(1),
      idle.mib.toFixed(0),
      `${one.workers.toFixed(0)} + ${one.gateway.toFixed(0)}`,
      `${ten.workers.toFixed(0)} + ${ten.gateway.toFixed(0)}`,
      ffmpeg.toFixed(0),
      one.rate.toFixed(1),
      `${one.p50.toFixed(0)} / ${one.p99.toFixed(0)}`,
      `${ten.p50.toFixed(0)} / ${ten.p99.toFixed(0)}`,
      `${snapshots.p50.toFixed(1)} / ${snapshots.p99.toFixed(1)}`,
      connectMs.toFixed(0),
    ];
    print(`| ${cells.join(' | ')} |`);
  }
}
