/** Whether memory comes back after viewers left. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { getJson } from '../support/http.ts';
import { npmStart } from '../support/npm-start.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';
import { makeClip } from './clip.ts';
import { connectCameras, measureMemory, SETTINGS } from './footprint.ts';
import { print, target } from './report.ts';
import { startSender } from './scenarios.ts';

const CAMERAS = 4;
/** Each watches every camera. */
const PICTURE_VIEWERS = 4;
const WEBRTC_VIEWERS = 4;
const MSE_VIEWERS = 4;
/** Time in which memory may come back. */
const LEFT_MS = 60_000;
const MOST_SHARE = 1.2;
const entry = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/**
 * Measures four idle cameras of 1080p30, then with pictures, WebRTC and MSE watched, then a minute after all
 * viewers left. A first viewer loads FFmpeg, which stays.
 */
export async function benchReturned(seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const clip = join(folder, 'clip.h264');
  makeClip(clip);
  const sender = await startSender(clip, CAMERAS);
  const product = await npmStart(SETTINGS);
  try {
    await waitFor(async () => (await getJson(`${product.origin}/readyz`)).status === 200);
    await connectCameras(product, sender.port, { from: 1, to: CAMERAS });
    await delay(20_000);
    const idle = measureMemory(`${CAMERAS} idle cameras that no client has watched`, product);
    await watch(product.origin, 3);
    await delay(LEFT_MS);
    const before = measureMemory('a minute after the first viewers', product);
    await watch(product.origin, seconds, () => measureMemory('with viewers', product));
    await delay(LEFT_MS);
    const after = measureMemory('a minute after the next viewers', product);
    const share = after / before;
    print(
      `memory with FFmpeg loaded: ${before.toFixed(1)} MiB, ${(before / idle).toFixed(2)} times that without`,
    );
    target(
      `memory a minute after viewers left: ${share.toFixed(2)} times that before (${MOST_SHARE})`,
      share <= MOST_SHARE,
    );
  } finally {
    await product.end();
    sender.close();
    rmSync(folder, { recursive: true });
  }
}

/** Watches every camera in every way for some seconds. */
async function watch(origin: string, seconds: number, atEnd: () => void = () => {}): Promise<void> {
  const pictures = await Promise.all(Array.from({ length: PICTURE_VIEWERS }, () => WsClient.open(origin)));
  for (const viewer of pictures)
    for (let camera = 1; camera <= CAMERAS; camera += 1)
      viewer.send({ action: 'subscribe', cameraId: String(camera), fps: 15, multiple: true });
  const webrtc = spawn(process.execPath, [entry('webrtc-viewers.ts'), origin, '1'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  webrtc.stdin.write(`open ${WEBRTC_VIEWERS}\n`);
  const mse = spawn(
    process.execPath,
    [entry('mse-viewer.ts'), origin, '2', String(MSE_VIEWERS), String(seconds + 60)],
    {
      stdio: ['pipe', 'ignore', 'inherit'],
    },
  );
  await delay(seconds * 1000);
  atEnd();
  for (const viewer of pictures) viewer.close();
  webrtc.kill('SIGKILL');
  mse.kill('SIGKILL');
}
