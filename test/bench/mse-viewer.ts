/**
 * Viewers of MSE in a process of their own: `mse-viewer.ts ORIGIN|URL CAMERA VIEWERS SECONDS [HELLO]`;
 * another server may want a hello first.
 * Prints fragments per second of the slowest viewer, and the time from opening
 * a socket to the first fragment, milliseconds.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { percentile } from './measure.ts';

const [origin = '', cameraId = '1', viewers = '1', seconds = '10', hello] = process.argv.slice(2);
const { pathname } = new URL(origin);
const address = pathname === '/' ? `${origin.replace(/\/$/, '')}/ws/mse/${cameraId}` : origin;
const url = address.replace(/^http/, 'ws');
const counts: number[] = [];
const firstMs: number[] = [];

for (let viewer = 0; viewer < Number(viewers); viewer += 1) await watch(viewer);
const since = Date.now();
counts.fill(0);
setTimeout(report, Number(seconds) * 1000);

async function watch(viewer: number): Promise<void> {
  const startedAt = performance.now();
  const socket = new WebSocket(url, { perMessageDeflate: false });
  counts[viewer] = 0;
  if (hello !== undefined) socket.once('open', () => socket.send(hello));
  socket.on('message', (_data, isBinary) => {
    if (!isBinary) return;
    const count = (counts[viewer] as number) + 1;
    counts[viewer] = count;
    // The first is the initialisation segment.
    if (count === 2 && firstMs.length <= viewer) {
      firstMs.push(performance.now() - startedAt);
      socket.emit('playing');
    }
  });
  await once(socket, 'playing');
}

function report(): void {
  const rate = (Math.min(...counts) * 1000) / (Date.now() - since);
  const seen = { rate, firstMs: percentile(firstMs, 0.5), firstMsP99: percentile(firstMs, 0.99) };
  process.stdout.write(`${JSON.stringify(seen)}\n`, () => process.exit(0));
}
