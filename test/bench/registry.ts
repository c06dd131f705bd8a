/** How fast a full registry is listed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getJson, postJson } from '../support/http.ts';
import { startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { percentile } from './measure.ts';
import { print, target } from './report.ts';

const CAMERAS = 10_000;
const REQUESTS = 200;
const PAGE = 1000;
const CHUNK = 2000;

/** Stores cameras through the API and lists them again and again over HTTP. */
export async function benchRegistry(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const gateway = await startGateway({
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    RTSP_WORKERS: '1',
    MAX_CAMERAS: String(CAMERAS),
  });
  const api = `${gateway.origin}/api/cameras`;
  try {
    await waitFor(async () => (await getJson(`${gateway.origin}/health`)).body.database.ready);
    for (let start = 0; start < CAMERAS; start += CHUNK) {
      const cameras = Array.from({ length: CHUNK }, (_, index) => ({
        id: `camera-${start + index}`,
        ip: '10.0.0.9',
        password: `secret-${index}`,
        enabled: false,
      }));
      await postJson(`${api}/import`, { cameras });
    }
    const times: number[] = [];
    let cursor = '';
    for (let index = 0; index < REQUESTS; index += 1) {
      const begunAt = performance.now();
      const { headers } = await getJson(`${api}?limit=${PAGE}${cursor === '' ? '' : `&cursor=${cursor}`}`);
      times.push(performance.now() - begunAt);
      cursor = headers.get('x-next-cursor') ?? '';
    }
    const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
    print(`GET /api/cameras, ${PAGE} of ${CAMERAS}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
    target(`${PAGE} of ${CAMERAS} cameras listed: p99 ${p99.toFixed(0)} ms (50)`, p99 <= 50);
  } finally {
    await gateway.end();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
