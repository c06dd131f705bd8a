/** What many cameras cost, and whether those that do not answer keep the others waiting. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { makeClip } from './clip.ts';
import { measureCrowds } from './growth-viewers.ts';
import { cpuShare, percentile } from './measure.ts';
import { readMemoryMap } from './memory-map.ts';
import { print, target } from './report.ts';
import { startSender, workerPids } from './scenarios.ts';

const CAMERA = { width: 1280, height: 720, fps: 15, bitRate: '1M' };
/** From this number on the sender of larger pictures would need a machine of its own. */
const MANY = 1000;
const SMALL_CAMERA = { width: 320, height: 240, fps: 2, bitRate: '100k', gop: 2 };
const SILENT_CAMERAS = 500;
const LIVE_BESIDE_SILENT = 40;
/** Cameras that are not live by then are too many for the machine. */
const MOST_MS = 120_000;
const HEALTH_REQUESTS = 100;
const SETTINGS = { LOG_LEVEL: 'error', MAX_CAMERAS: '2000', CAMERA_ALLOW_PORTS: '1-65535' };

export interface GrowthOptions {
  cameras: readonly number[];
  viewers: readonly number[];
  seconds: number;
}

/** Measures each number of idle cameras, each number of viewers of one, then live cameras beside silent ones. */
export async function benchGrowth({ cameras, viewers, seconds }: GrowthOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const clip = join(folder, 'clip.h264');
  makeClip(clip, CAMERA);
  try {
    print('cameras  all live ms  CPU %  memory MiB  /health p99 ms  recovery ms');
    const small = join(folder, 'small.h264');
    makeClip(small, SMALL_CAMERA);
    for (const count of cameras)
      if (count < MANY) await measureCount({ clip, ...CAMERA }, count, seconds);
      else await measureCount({ clip: small, ...SMALL_CAMERA }, count, seconds);
    await measureCrowds(clip, CAMERA.fps, { viewers, seconds, health: measureHealth });
    // A camera is live with its first keyframe, which shall not be what is measured.
    const often = join(folder, 'often.h264');
    makeClip(often, { ...CAMERA, gop: 2 });
    await measureStarvation(often);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureCount(
  { clip, fps, width }: { clip: string; fps: number; width: number },
  count: number,
  seconds: number,
): Promise<void> {
  const sender = await startSender(clip, count, fps);
  const gateway = await startGateway(SETTINGS);
  try {
    const connectMs = await addCameras(gateway, urlsOf(sender.port, count), count).catch(async () => {
      print(
        `${count} cameras: ${await liveCameras(gateway.origin)} live after ${MOST_MS / 1000} s on this machine`,
      );
      return undefined;
    });
    if (connectMs === undefined) return;
    const pids = [gateway.pid, ...(await workerPids(gateway))];
    const cpu = await cpuShare(pids, seconds);
    const memory = pids.reduce((sum, pid) => sum + readMemoryMap(pid).total, 0);
    const health = await measureHealth(gateway);
    const recovery = await measureRecovery(gateway, count);
    const cells = [count, connectMs, cpu, memory, health, recovery].map((value) => value.toFixed(0));
    const row = cells.map((cell, index) => cell.padStart([7, 12, 6, 11, 15, 12][index] ?? 0)).join(' ');
    print(`${row}  of ${width} pixels, ${fps} fps`);
  } finally {
    await gateway.end();
    sender.close();
  }
}

/** @returns milliseconds until so many cameras are live */
async function addCameras(
  { origin }: RunningProcess,
  urls: readonly string[],
  live: number,
): Promise<number> {
  await waitFor(async () => (await getJson(`${origin}/health`)).body.database.ready);
  await waitFor(async () => (await getJson(`${origin}/readyz`)).status === 200);
  const begunAt = performance.now();
  const cameras = urls.map((url, index) => ({ id: `camera-${index}`, url }));
  const { status, body } = await postJson(`${origin}/api/cameras/import`, { cameras });
  if (status !== 200) throw new Error(`import: ${status} ${JSON.stringify(body)}`);
  await waitFor(async () => (await liveCameras(origin)) >= live, { timeoutMs: MOST_MS });
  return performance.now() - begunAt;
}

async function liveCameras(origin: string): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  return [...text.matchAll(/^camera_state\{[^}]*state="live"[^}]*\} 1$/gm)].length;
}

async function measureHealth({ origin }: Pick<RunningProcess, 'origin'>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < HEALTH_REQUESTS; index += 1) {
    const begunAt = performance.now();
    await (await fetch(`${origin}/health`)).arrayBuffer();
    times.push(performance.now() - begunAt);
  }
  return percentile(times, 0.99);
}

/** @returns milliseconds until all cameras are live again after a worker was killed */
async function measureRecovery(gateway: RunningProcess, count: number): Promise<number> {
  const [pid] = await workerPids(gateway);
  process.kill(pid as number, 'SIGKILL');
  const begunAt = performance.now();
  await waitFor(async () => (await liveCameras(gateway.origin)) < count);
  await waitFor(async () => (await liveCameras(gateway.origin)) >= count, { timeoutMs: MOST_MS });
  return performance.now() - begunAt;
}

/** Silent cameras come first in the import; they take the connection and say nothing. */
async function measureStarvation(clip: string): Promise<void> {
  const sender = await startSender(clip, LIVE_BESIDE_SILENT + 1, CAMERA.fps);
  const silent = await openSilentServer();
  const gateway = await startGateway(SETTINGS);
  try {
    const port = (silent.address() as { port: number }).port;
    const urls = [...urlsOf(port, SILENT_CAMERAS), ...urlsOf(sender.port, LIVE_BESIDE_SILENT)];
    const ms = await addCameras(gateway, urls, LIVE_BESIDE_SILENT);
    const url = `rtsp://127.0.0.1:${sender.port}/${LIVE_BESIDE_SILENT + 1}`;
    const begunAt = performance.now();
    const { status } = await postJson(`${gateway.origin}/api/cameras/connect`, { cameraId: 'client', url });
    const connectMs = performance.now() - begunAt;
    const beside = `beside ${SILENT_CAMERAS} silent ones`;
    print(`${LIVE_BESIDE_SILENT} cameras ${beside}: live after ${ms.toFixed(0)} ms`);
    print(`a client's connect ${beside}: ${status} after ${connectMs.toFixed(0)} ms`);
    target(`${LIVE_BESIDE_SILENT} cameras ${beside} live in ${ms.toFixed(0)} ms (1000)`, ms <= 1000);
    target(
      `a connect ${beside} takes ${connectMs.toFixed(0)} ms (1000)`,
      status === 200 && connectMs <= 1000,
    );
  } finally {
    await gateway.end();
    sender.close();
    silent.close();
  }
}

function openSilentServer(): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}).unref());
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function urlsOf(port: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `rtsp://127.0.0.1:${port}/${index + 1}`);
}
