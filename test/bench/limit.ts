/** Whether the product serves within a limit of memory, and sheds load instead of dying. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { getJson, postJson } from '../support/http.ts';
import { npmStart, type StartedProduct } from '../support/npm-start.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';
import { makeClip } from './clip.ts';
import { ControlGroup } from './control-group.ts';
import { print, target } from './report.ts';
import { startSender } from './scenarios.ts';

const MIB = 1024 * 1024;
const LIMIT_BYTES = 512 * MIB;
const CAMERAS = 4;
const TILE = { fps: 5, width: 640, multiple: true };
const VIEWER = fileURLToPath(new URL('webrtc-viewers.ts', import.meta.url));

/**
 * Runs the demo with a dashboard for a fifth of the time, then four cameras of 1080p30 with a dashboard
 * and a WebRTC viewer, in a control group of 512 MB.
 */
export async function benchLimit(seconds: number): Promise<void> {
  const group = ControlGroup.create(`gateway-bench-${process.pid}`, LIMIT_BYTES);
  if (group === undefined) {
    print('limit: no control group can be made here (root on Linux can), so nothing was measured');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const clip = join(folder, 'clip.h264');
  makeClip(clip);
  const sender = await startSender(clip, CAMERAS);
  const product = await npmStart({ LOG_LEVEL: 'warn' }, group.launcher);
  try {
    await watchDemo(product, seconds / 5);
    await addCameras(product, sender.port);
    const rates = await watchCameras(product, seconds);
    await judge(product, group, rates);
  } finally {
    await product.end();
    sender.close();
    rmSync(folder, { recursive: true });
    group.remove();
  }
}

async function watchDemo({ origin }: StartedProduct, seconds: number): Promise<void> {
  const isShown = async (): Promise<boolean> => (await getJson(`${origin}/api/cameras`)).body.length > 0;
  await waitFor(isShown, { timeoutMs: 30_000, message: 'the demo' });
  const dashboard = await openDashboard(origin);
  await delay(seconds * 1000);
  dashboard.close();
}

async function addCameras({ origin }: StartedProduct, port: number): Promise<void> {
  for (let camera = 1; camera <= CAMERAS; camera += 1) {
    const url = `rtsp://127.0.0.1:${port}/${camera}`;
    await postJson(`${origin}/api/cameras`, { id: `own-${camera}`, url });
    const isLive = async (): Promise<boolean> =>
      (await getJson(`${origin}/api/cameras/own-${camera}/status`)).body.connected;
    await waitFor(isLive, { timeoutMs: 30_000, message: `camera ${camera} to be live` });
  }
}

/** @returns pictures a second of each camera on the dashboard */
async function watchCameras({ origin }: StartedProduct, seconds: number): Promise<number[]> {
  const viewer = watchByWebrtc(origin);
  const dashboard = await openDashboard(origin, 'own-');
  const ids = Array.from({ length: CAMERAS }, (_, index) => `own-${index + 1}`);
  const counts = new Map(ids.map((id) => [id, 0]));
  const since = performance.now();
  while (performance.now() - since < seconds * 1000) {
    await delay(1000);
    for (const { cameraId } of dashboard.frames()) counts.set(cameraId, (counts.get(cameraId) ?? 0) + 1);
    dashboard.messages.length = 0;
  }
  dashboard.close();
  viewer.kill('SIGKILL');
  return ids.map((id) => (counts.get(id) ?? 0) / seconds);
}

async function openDashboard(origin: string, prefix = ''): Promise<WsClient> {
  const dashboard = await WsClient.open(origin);
  for (let camera = 1; camera <= CAMERAS; camera += 1)
    dashboard.send({ action: 'subscribe', cameraId: `${prefix}${camera}`, ...TILE });
  return dashboard;
}

function watchByWebrtc(origin: string): ChildProcess {
  const viewer = spawn(process.execPath, [VIEWER, origin, 'own-1'], { stdio: ['pipe', 'ignore', 'inherit'] });
  viewer.stdin.write('open 1\n');
  return viewer;
}

async function judge(
  { origin }: StartedProduct,
  group: ControlGroup,
  rates: readonly number[],
): Promise<void> {
  const { body: health } = await getJson(`${origin}/health`);
  const workers: { name: string; restarts: number }[] = health.services.rtsp.workers;
  const restarts = workers.reduce((sum, worker) => sum + worker.restarts, 0);
  const limit = LIMIT_BYTES / MIB;
  const shown = rates.map((rate) => rate.toFixed(1)).join(', ');
  print(`\nWithin ${limit} MB: at most ${(group.peakBytes / MIB).toFixed(0)} MB with the page cache`);
  print(`pictures a second of ${CAMERAS} cameras: ${shown} (asked: ${TILE.fps}); /health: ${health.status}`);
  target(`processes killed within ${limit} MB: ${group.kills} (0)`, group.kills === 0);
  target(`workers restarted within ${limit} MB: ${restarts} (0)`, restarts === 0);
  target(
    `least pictures a second within ${limit} MB: ${Math.min(...rates).toFixed(1)} (1)`,
    Math.min(...rates) >= 1,
  );
}
