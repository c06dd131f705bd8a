/** Whether analysis takes anything from those who watch: the same cameras and viewers, without it and with it. */
import { setTimeout as delay } from 'node:timers/promises';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';
import { openBlockCamera } from '../workers/analysis/support/block-camera.ts';
import { cpuSeconds, percentile } from './measure.ts';
import { print } from './report.ts';

/** What viewers got, frames a second, and what analysis took, per cent of a core. */
export interface Delivery {
  mean: number;
  least: number;
  analysis: number;
}

const FPS = 15;
const SETTLE_MS = 6000;
/** One after the other, again and again, so that a noisy machine disturbs both alike. */
const ROUNDS = 3;

/** Measures windows of so many seconds in turn. */
export async function measureBesideViewers({
  cameras,
  seconds,
}: {
  cameras: number;
  seconds: number;
}): Promise<{ off: Delivery; on: Delivery }> {
  const scene = { width: 1280, height: 720, stillS: 4, movingS: 2, cameras };
  const server = await openBlockCamera(scene);
  const gateway = await startGateway({ LOG_LEVEL: 'warn' });
  const ids = Array.from({ length: cameras }, (_, index) => String(index + 1));
  const counts = new Map<string, number>();
  const clients: WsClient[] = [];
  try {
    await addCameras(gateway, ids, server.port);
    for (const id of ids) clients.push(await watch(gateway, id, counts));
    const windows: { off: Delivery[]; on: Delivery[] } = { off: [], on: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const name of ['off', 'on'] as const) {
        await switchAnalysis(gateway, ids, name === 'on');
        await delay(SETTLE_MS);
        const seen = await count(gateway, counts, seconds);
        print(`  analysis ${name}: ${seen.mean.toFixed(2)} fps each, ${seen.least.toFixed(2)} the slowest`);
        windows[name].push(seen);
      }
    }
    return { off: summary(windows.off), on: summary(windows.on) };
  } finally {
    for (const client of clients) client.close();
    await gateway.end();
    await server.close();
  }
}

async function addCameras({ origin }: RunningProcess, ids: string[], port: number): Promise<void> {
  await waitFor(async () => (await getJson(`${origin}/readyz`)).status === 200, { timeoutMs: 30_000 });
  for (const id of ids)
    await postJson(`${origin}/api/cameras`, { id, url: `rtsp://127.0.0.1:${port}/${id}` });
}

/** Counts messages without reading them: a busy viewer would be measured in place of the gateway. */
async function watch(
  { origin }: RunningProcess,
  cameraId: string,
  counts: Map<string, number>,
): Promise<WsClient> {
  const client = await WsClient.open(origin);
  client.socket.removeAllListeners('message');
  client.socket.on('message', () => counts.set(cameraId, (counts.get(cameraId) ?? 0) + 1));
  client.send({ action: 'subscribe', cameraId, fps: FPS });
  await waitFor(() => counts.has(cameraId), { timeoutMs: 30_000 });
  return client;
}

async function switchAnalysis({ origin }: RunningProcess, ids: string[], motion: boolean): Promise<void> {
  for (const id of ids) {
    await fetch(`${origin}/api/cameras/${id}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ analysis: { motion } }),
    });
  }
}

async function count(
  { origin }: RunningProcess,
  counts: Map<string, number>,
  seconds: number,
): Promise<Delivery> {
  const { analysis } = (await getJson(`${origin}/health`)).body.services;
  const before = cpuSeconds([analysis.pid]);
  const begunAt = performance.now();
  for (const id of counts.keys()) counts.set(id, 0);
  await delay(seconds * 1000);
  const span = (performance.now() - begunAt) / 1000;
  const rates = [...counts.values()].map((frames) => frames / span);
  return {
    mean: mean(rates),
    least: Math.min(...rates),
    analysis: ((cpuSeconds([analysis.pid]) - before) * 100) / span,
  };
}

/** The middle window stands for all: what else the machine did in one of them counts for nothing. */
function summary(windows: Delivery[]): Delivery {
  return {
    mean: percentile(
      windows.map((window) => window.mean),
      0.5,
    ),
    least: Math.min(...windows.map((window) => window.least)),
    analysis: mean(windows.map((window) => window.analysis)),
  };
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
