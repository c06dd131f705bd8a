/** How soon the first RTP packet follows a WHEP POST, with a pion client as MediaMTX and go2rtc use it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { getJson } from '../support/http.ts';
import { startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { percentile } from './measure.ts';
import { print, target } from './report.ts';

const SOURCE = fileURLToPath(new URL('./pion', import.meta.url));
const MOST_MS = 70;
const ADDRESSES = {
  loopback: 'loopback',
  ipv4: 'a real interface',
  all: 'every interface, IPv6 too',
} as const;

/** Builds the client into a folder. @returns its path; undefined where Go is not installed */
export function buildPion(folder: string): string | undefined {
  if (spawnSync('go', ['version']).status !== 0) return undefined;
  const viewer = join(folder, 'viewer');
  execFileSync('go', ['build', '-o', viewer, '.'], { cwd: SOURCE });
  return viewer;
}

/** Builds the client where Go is installed, and measures `visits` sessions for each kind of address. */
export async function benchWhep(visits: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const viewer = buildPion(folder);
  if (viewer === undefined) return print('WHEP with pion: left out, go is not installed');
  const gateway = await startGateway({ DEMO_CAMERAS: 'on', LOG_LEVEL: 'warn' });
  try {
    const isLive = async () => (await getJson(`${gateway.origin}/api/cameras/1/status`)).body.connected;
    await waitFor(isLive, { timeoutMs: 30_000 });
    for (const [addresses, name] of Object.entries(ADDRESSES)) {
      const times: number[] = [];
      for (let visit = 0; visit < visits; visit += 1) {
        times.push(
          Number(execFileSync(viewer, [`${gateway.origin}/whep/1`, addresses], { encoding: 'utf8' })),
        );
        await delay(300);
      }
      const [p50, max] = [percentile(times, 0.5), Math.max(...times)];
      print(
        `WHEP with pion on ${name}: first packet after ${p50.toFixed(0)} ms, at most ${max.toFixed(0)} ms`,
      );
      if (addresses !== 'all') target(`WHEP on ${name}: ${p50.toFixed(0)} ms (${MOST_MS})`, p50 <= MOST_MS);
    }
  } finally {
    await gateway.end();
    rmSync(folder, { recursive: true });
  }
}
