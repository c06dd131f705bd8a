/**
 * Viewers in a process of their own: `viewer.ts ORIGIN CAMERAS VIEWERS SECONDS STARTED_AT`.
 * Prints frames per second of the slowest viewer and of all, and latencies from the clock in the picture.
 */
import { decodeJpeg } from '../support/decode-jpeg.ts';
import { WsClient } from '../support/ws-client.ts';
import { CLIP_FPS, CLIP_FRAMES, phaseMs, readFrameNumber } from './clip.ts';

/** Decoding each picture would cost the machine more than what is measured. */
const DECODE_EVERY = 5;

const [origin = '', cameras = '1', viewers = '1', forSeconds = '10', startedAt = '0'] = process.argv.slice(2);
/** `sentFrom`: when the camera sent its first frame. */
interface Sample {
  receivedAt: number;
  sentFrom: number;
  jpeg: Buffer;
}

const samples: Sample[] = [];
const counts: number[] = [];

for (let camera = 1; camera <= Number(cameras); camera += 1) {
  for (let viewer = 0; viewer < Number(viewers); viewer += 1) await watch(String(camera), viewer === 0);
}
const since = Date.now();
counts.fill(0);
setTimeout(report, Number(forSeconds) * 1000);

async function watch(cameraId: string, isSampled: boolean): Promise<void> {
  const client = await WsClient.open(origin);
  client.socket.removeAllListeners('message');
  const index = counts.push(0) - 1;
  const sentFrom = Number(startedAt) + phaseMs(Number(cameraId) - 1, Number(cameras));
  client.socket.on('message', (data: Buffer) => {
    const receivedAt = Date.now();
    const count = (counts[index] as number) + 1;
    counts[index] = count;
    if (!isSampled || count % DECODE_EVERY !== 0) return;
    const head = data.toString('latin1', 0, 200);
    const start = head.indexOf('"data":"') + '"data":"'.length;
    samples.push({
      receivedAt,
      sentFrom,
      jpeg: Buffer.from(data.toString('latin1', start, data.length - 2), 'base64'),
    });
  });
  client.send({ action: 'subscribe', cameraId, fps: 15 });
}

function report(): void {
  const seconds = (Date.now() - since) / 1000;
  const rate = Math.min(...counts) / seconds;
  const all = counts.reduce((sum, count) => sum + count, 0) / seconds;
  const latencies = samples.map(latencyOf).sort((a, b) => a - b);
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  process.stdout.write(`${JSON.stringify({ rate, all, p50: at(0.5), p99: at(0.99) })}\n`, () =>
    process.exit(0),
  );
}

function latencyOf({ receivedAt, sentFrom, jpeg }: Sample): number {
  const number = readFrameNumber(decodeJpeg(jpeg).at);
  const roundMs = (CLIP_FRAMES * 1000) / CLIP_FPS;
  const sentInRound = (number * 1000) / CLIP_FPS;
  const elapsed = receivedAt - sentFrom;
  return (((elapsed - sentInRound) % roundMs) + roundMs) % roundMs;
}
