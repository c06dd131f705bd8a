/**
 * Many viewers of one camera in a process of their own: `viewer-crowd.ts ORIGIN CAMERA VIEWERS SECONDS`.
 * Prints milliseconds from opening a socket to its first picture once all have one, then pictures a second of
 * the slowest viewer.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { percentile } from './measure.ts';

const [origin = '', cameraId = '1', viewers = '1', seconds = '10'] = process.argv.slice(2);
const REQUEST = { action: 'subscribe', cameraId, fps: 5, width: 320 };
const SIMULTANEOUS = 20;
const counts: number[] = [];
const firstMs: number[] = [];

const numbers = Array.from({ length: Number(viewers) }, (_, index) => index);
for (let from = 0; from < numbers.length; from += SIMULTANEOUS)
  await Promise.all(numbers.slice(from, from + SIMULTANEOUS).map(watch));
say({ p50: percentile(firstMs, 0.5), p99: percentile(firstMs, 0.99) });
counts.fill(0);
const since = performance.now();
setTimeout(() => {
  say({ rate: (Math.min(...counts) * 1000) / (performance.now() - since) });
  process.exit(0);
}, Number(seconds) * 1000);

async function watch(index: number): Promise<void> {
  const begunAt = performance.now();
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/ws`, { perMessageDeflate: false });
  counts[index] = 0;
  socket.on('message', () => {
    counts[index] = (counts[index] as number) + 1;
  });
  await once(socket, 'open');
  socket.send(JSON.stringify(REQUEST));
  await once(socket, 'message');
  firstMs.push(performance.now() - begunAt);
}

function say(facts: object): void {
  process.stdout.write(`${JSON.stringify(facts)}\n`);
}
