/** What is stored: a full registry listed, a full outbox drained, MediaMTX synced; each printed and judged. */
import { measureDeliveries } from './deliveries.ts';
import { measureMediamtxSync } from './mediamtx.ts';
import { print, target } from './report.ts';

const PATHS = 5000;

/** An outbox of 100,000. */
export async function benchDeliveries(seconds: number): Promise<void> {
  const { perMinute, listMs } = await measureDeliveries({ seconds });
  print(`Deliveries: ${perMinute.toFixed(0)} a minute, listed in ${listMs.toFixed(1)} ms meanwhile`);
  target(`${perMinute.toFixed(0)} deliveries a minute from an outbox of 100,000 (2000)`, perMinute >= 2000);
}

/** 5,000 paths: all new, all changed, all gone. */
export async function benchMediamtx(): Promise<void> {
  const { firstMs, againMs, goneMs } = await measureMediamtxSync(PATHS);
  const times = [firstMs, againMs, goneMs].map((ms) => `${ms.toFixed(0)} ms`).join(', ');
  print(`MediaMTX: ${PATHS} paths new, changed, gone: ${times}`);
  target(
    `${PATHS} MediaMTX paths synced in ${Math.max(firstMs, againMs, goneMs).toFixed(0)} ms (2000)`,
    firstMs <= 2000 && againMs <= 2000,
  );
}
