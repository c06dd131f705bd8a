/** What many viewers of one camera cost the gateway and its workers, and how long they wait. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { getJson, postJson } from '../support/http.ts';
import { startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { cpuShare } from './measure.ts';
import { readMemoryMap } from './memory-map.ts';
import { print } from './report.ts';
import { startSender, workerPids } from './scenarios.ts';

const CROWD = fileURLToPath(new URL('viewer-crowd.ts', import.meta.url));
const MANY = '5000';
const SETTINGS = {
  LOG_LEVEL: 'error',
  MAX_CONNECTIONS: MANY,
  MAX_CONNECTIONS_PER_CLIENT: MANY,
  MAX_SOCKETS: MANY,
  MAX_SOCKETS_PER_CLIENT: MANY,
};
const AGAIN_MS = 10_000;

/** Measures each number of viewers of one camera: pictures 320 pixels wide, five a second, over `/ws`. */
export async function measureCrowds(
  clip: string,
  fps: number,
  { viewers, seconds, health }: { viewers: readonly number[]; seconds: number; health: Health },
): Promise<void> {
  const sender = await startSender(clip, 1, fps);
  const gateway = await startGateway(SETTINGS);
  try {
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200);
    const url = `rtsp://127.0.0.1:${sender.port}/1`;
    await postJson(`${gateway.origin}/api/cameras/connect`, { cameraId: '1', url });
    print('\nviewers  CPU %  memory MiB  first picture p50/p99 ms  pictures/s  /health p99 ms');
    for (const count of viewers) {
      await measureCrowd(gateway, count, seconds, health);
      await delay(AGAIN_MS);
    }
  } finally {
    await gateway.end();
    sender.close();
  }
}

/** Measures `GET /health`, milliseconds at the 99th percentile. */
type Health = (gateway: { origin: string }) => Promise<number>;

async function measureCrowd(
  gateway: { origin: string; pid: number } & Parameters<typeof workerPids>[0],
  count: number,
  seconds: number,
  health: Health,
): Promise<void> {
  const crowd = spawn(process.execPath, [CROWD, gateway.origin, '1', String(count), String(seconds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: crowd.stdout });
  const next = async () => JSON.parse(String((await once(lines, 'line'))[0]));
  const { p50, p99 } = await next();
  const end = next();
  const pids = [gateway.pid, ...(await workerPids(gateway))];
  const cpu = await cpuShare(pids, seconds / 2);
  const memory = pids.reduce((sum, pid) => sum + readMemoryMap(pid).total, 0);
  const healthMs = await health(gateway);
  const { rate } = await end;
  const cells = [
    String(count).padStart(7),
    cpu.toFixed(0).padStart(6),
    memory.toFixed(0).padStart(11),
    `${p50.toFixed(0)} / ${p99.toFixed(0)}`.padStart(25),
    rate.toFixed(1).padStart(11),
    healthMs.toFixed(0).padStart(15),
  ];
  print(cells.join(' '));
}
