/**
 * `npm run interop [-- NAME...]`: real peers against a running gateway, all or those named. It installs
 * nothing: a peer that is missing is skipped aloud, with the command that installs it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { LocalMoondream } from './gateway/moondream/harness.ts';
import { aiortc } from './interop/aiortc.ts';
import { eventsource } from './interop/eventsource.ts';
import { fastapi } from './interop/fastapi.ts';
import { ffmpeg } from './interop/ffmpeg.ts';
import { firefox } from './interop/firefox.ts';
import { go2rtc } from './interop/go2rtc.ts';
import { gstreamer } from './interop/gstreamer.ts';
import { mediamtx } from './interop/mediamtx.ts';
import { moondream } from './interop/moondream.ts';
import { opencv } from './interop/opencv.ts';
import { CHECK_MS, type Check, type Peer, type Stage } from './interop/peer.ts';
import { trpc } from './interop/trpc.ts';
import { vlc } from './interop/vlc.ts';
import { werift } from './interop/werift.ts';
import { freePort } from './support/free-port.ts';
import { postJson } from './support/http.ts';
import { startGateway } from './support/processes.ts';
import { openTestCameras } from './support/test-clip.ts';
import { waitFor } from './support/wait-for.ts';

const PEERS: readonly Peer[] = [
  ffmpeg,
  vlc,
  gstreamer,
  opencv,
  aiortc,
  werift,
  firefox,
  eventsource,
  trpc,
  moondream,
  fastapi,
  mediamtx,
  go2rtc,
];

async function meet({ name, install, isInstalled, checks }: Peer, stage: Stage): Promise<void> {
  if (!isInstalled()) {
    console.log(`skipped  ${name}: not installed (${install})`);
    return;
  }
  for (const [title, check] of Object.entries(checks)) {
    try {
      console.log(`ok       ${name}: ${title}, ${await inTime(check(stage))}`);
    } catch (error) {
      console.log(`FAILED   ${name}: ${title}: ${(error as Error).message}`);
      process.exitCode = 1;
    }
  }
}

/** @throws Error when a check hangs */
async function inTime(checked: ReturnType<Check>): Promise<string> {
  const limit = new AbortController();
  const late = delay(2 * CHECK_MS, undefined, limit).then(() => {
    throw new Error(`did not end within ${2 * CHECK_MS} ms`);
  });
  return Promise.race([checked, late]).finally(() => limit.abort());
}

/** Runs the peers against a gateway with camera `1`. */
async function interop(peers: readonly Peer[]): Promise<void> {
  const token = 'admin-token-of-interop';
  const backendPort = await freePort();
  const local = await LocalMoondream.open();
  const cameras = await openTestCameras(['/1']);
  const gateway = await startGateway({
    ANALYSIS: 'off',
    API_TOKEN: token,
    MOONDREAM_API_URL: local.url,
    APP_PY_URL: `http://127.0.0.1:${backendPort}`,
  });
  try {
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok, { timeoutMs: CHECK_MS });
    const cameraUrl = cameras.url('/1');
    await postJson(`${gateway.origin}/api/cameras/connect`, { cameraId: '1', url: cameraUrl });
    for (const peer of peers) await meet(peer, { origin: gateway.origin, token, backendPort, cameraUrl });
  } finally {
    await gateway.end();
    await cameras.close();
    local.close();
  }
}

const names = process.argv.slice(2).map((name) => name.toLowerCase());
const isNamed = (peer: Peer): boolean => names.some((name) => peer.name.toLowerCase().includes(name));
await interop(names.length === 0 ? PEERS : PEERS.filter(isNamed));
