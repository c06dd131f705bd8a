/** What happens to an agent on the internet, what is measured of it, and the bounds. */
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../../bench/measure.ts';
import { runIn } from '../namespaces.ts';
import { ADDRESS } from './network.ts';
import { CAMERA, CAMERA_PORT, START_MS, type Stage } from './stage.ts';
import { type Arrival, FrameViewer, VideoViewer } from './viewers.ts';

/** One case; what it returns is printed. @throws Error when a bound is broken */
export interface AgentCase {
  name: string;
  run(stage: Stage): Promise<string>;
}

/** An agent that hangs is found out by then, milliseconds. */
const OFFLINE_MS = 10_000;
/** What an agent without viewers may cost its uplink, a second. */
const MAX_IDLE_BITS = 2000;
/** Seconds in which a changed line settles. */
const SETTLE_SECONDS = 4;
/** Seconds in which the agent notices that the way became longer. */
const LEARN_SECONDS = 10;
/** Large pictures: more than a thin uplink carries. */
const LARGE = { fps: 15, quality: 95 };

export const AGENT_CASES: readonly AgentCase[] = [
  { name: 'no way in', run: noWayIn },
  { name: 'as it is', run: (stage) => onLine(stage, { minRate: 4, maxAgeMs: 1000 }) },
  {
    name: '2 % loss each way',
    run: async (stage) => {
      stage.network.lose(2);
      return onLine(stage, { minRate: 3, maxAgeMs: 2000 });
    },
  },
  {
    name: '300 ms round trip',
    run: async (stage) => {
      stage.network.delay(300);
      return onLine(stage, { minRate: 5, maxAgeMs: 1500, settleSeconds: LEARN_SECONDS });
    },
  },
  { name: '2 Mbit/s uplink', run: thinUplink },
  { name: 'proxy restarted', run: proxyRestarted },
  { name: 'idle for 70 s', run: idle },
  { name: 'agent killed', run: agentKilled },
  { name: 'gateway killed', run: gatewayKilled },
  { name: 'line cut, half-open', run: lineCut },
];

/** Tries to dial; prints how it ended. */
const DIAL = `const [host, port] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port, timeout: 3000 });
const end = (word) => { console.log(word); process.exit(); };
socket.on('connect', () => end('open')).on('error', ({ code }) => end(code)).on('timeout', () => end('no answer'));`;

async function noWayIn({ network: { names } }: Stage): Promise<string> {
  const dial = (namespace: string, host: string, port: number): string =>
    runIn(namespace, process.execPath, '-e', DIAL, host, String(port)).trim();
  const nearby = dial(names.router, ADDRESS.camera, CAMERA_PORT);
  assert(nearby === 'open', `the router itself does not reach the camera: ${nearby}`);
  const tries = [ADDRESS.camera, ADDRESS.router].map((host) => dial(names.cloud, host, CAMERA_PORT));
  assert(!tries.includes('open'), `the gateway's network got in: ${tries}`);
  return `from the gateway to the camera: ${tries[0]}; to the router: ${tries[1]}; from the router to the camera: ${nearby}`;
}

interface LineBounds {
  /** Pictures a second. */
  minRate: number;
  maxAgeMs: number;
  settleSeconds?: number;
}

async function onLine(stage: Stage, bounds: LineBounds): Promise<string> {
  const { address } = await stage.agent();
  assert(address === ADDRESS.router, `the agent's address is ${address}, not that of the router`);
  const seconds = 10;
  const frames = await withViewer(new FrameViewer({ fps: 15 }), async (viewer) => {
    await viewer.next(5, START_MS);
    await delay((bounds.settleSeconds ?? 0) * 1000);
    return viewer.watch(seconds);
  });
  const video = await withViewer(new VideoViewer(), async (viewer) => {
    await viewer.next(5, START_MS);
    return viewer.watch(seconds);
  });
  const rate = frames.length / seconds;
  assert(rate >= bounds.minRate, `${rate} pictures a second, fewer than ${bounds.minRate}`);
  checkAges(frames, bounds.maxAgeMs);
  assert(video.length > seconds, `${video.length} fragments of video in ${seconds} s`);
  checkAges(video, 2 * bounds.maxAgeMs);
  const { latencyMs } = await stage.agent();
  return `ping ${latencyMs} ms; ${rate} pictures/s, age ${ages(frames)}; MSE ${video.length / seconds} fragments/s, behind by ${ages(video)}`;
}

async function thinUplink(stage: Stage): Promise<string> {
  const seconds = 24;
  return withViewer(new FrameViewer(LARGE), async (viewer) => {
    await viewer.next(5, START_MS);
    const wide = await viewer.watch(SETTLE_SECONDS);
    stage.network.limitUplink(2);
    await delay(SETTLE_SECONDS * 1000);
    const before = stage.network.uplinkBytes();
    const frames = await viewer.watch(seconds);
    const megabits = ((stage.network.uplinkBytes() - before) * 8) / seconds / 1e6;
    const [first, last] = [frames.slice(0, frames.length / 3), frames.slice((-2 * frames.length) / 3)];
    const [wideRate, rate] = [wide.length / SETTLE_SECONDS, frames.length / seconds];
    assert(rate < wideRate, `the rate did not go down: ${rate} pictures a second after ${wideRate}`);
    assert(rate >= 1, `${rate} pictures a second`);
    checkAges(frames, 2000);
    const growth = percentile(agesOf(last), 0.5) - percentile(agesOf(first), 0.5);
    assert(growth < 400, `pictures got older by ${growth} ms`);
    assert((await stage.agent()).state === 'online', 'the agent went offline');
    return `${wideRate} pictures/s became ${rate.toFixed(1)} (${megabits.toFixed(2)} Mbit/s), age ${ages(frames)}, growth of p50 ${Math.round(growth)} ms`;
  });
}

async function proxyRestarted(stage: Stage): Promise<string> {
  return withViewer(new FrameViewer({ fps: 5 }), async (viewer) => {
    await viewer.next(3, START_MS);
    const { since } = await stage.agent();
    await stage.kill('proxy');
    stage.start('proxy');
    const back = await viewer.next(3, START_MS);
    assert(viewer.ends === 1, `the viewer's socket ended ${viewer.ends} times`);
    assert((await stage.agent()).since !== since, 'the agent did not dial again');
    assert(back < 20_000, `pictures after ${back} ms`);
    return `viewer and agent dialled again, pictures after ${inSeconds(back)}`;
  });
}

async function idle(stage: Stage): Promise<string> {
  const { since } = await stage.agent();
  const before = stage.network.uplinkBytes();
  const silent = new FrameViewer();
  try {
    await delay(70_000);
    const bits = ((stage.network.uplinkBytes() - before) * 8) / 70;
    assert(bits <= MAX_IDLE_BITS, `the uplink carries ${Math.round(bits)} bit/s for no viewer`);
    assert(silent.ends === 0, 'the socket of a silent viewer was cut');
    assert((await stage.agent()).since === since, 'the link of the agent was cut');
    const first = await withViewer(new FrameViewer({ fps: 5 }), (viewer) => viewer.next(1, START_MS));
    assert(first < 5000, `the first picture after ${first} ms`);
    return `no socket was cut, uplink ${(bits / 1000).toFixed(2)} kbit/s, then the first picture after ${inSeconds(first)}`;
  } finally {
    silent.close();
  }
}

async function agentKilled(stage: Stage): Promise<string> {
  return withViewer(new FrameViewer({ fps: 5 }), async (viewer) => {
    await viewer.next(3, START_MS);
    await stage.kill('agent');
    const offline = await stage.isAgent('offline', OFFLINE_MS);
    const { reason } = await stage.api(`/api/cameras/${CAMERA}/status`);
    assert(reason === 'agent-offline', `the camera says ${reason}`);
    stage.start('agent');
    const back = await viewer.next(3, START_MS);
    assert(viewer.ends === 0, 'the socket of the viewer ended');
    return `offline after ${inSeconds(offline)}, pictures ${inSeconds(back)} after its start, on the same socket`;
  });
}

async function gatewayKilled(stage: Stage): Promise<string> {
  return withViewer(new FrameViewer({ fps: 5 }), async (viewer) => {
    await viewer.next(3, START_MS);
    await stage.kill('gateway');
    stage.start('gateway');
    const back = await viewer.next(3, START_MS);
    assert(viewer.ends === 1, `the viewer's socket ended ${viewer.ends} times`);
    return `viewer and agent dialled again, pictures ${inSeconds(back)} after its start`;
  });
}

async function lineCut(stage: Stage): Promise<string> {
  return withViewer(new FrameViewer({ fps: 5 }), async (viewer) => {
    await viewer.next(3, START_MS);
    stage.network.lose(100);
    const offline = await stage.isAgent('offline', OFFLINE_MS);
    await delay(2000);
    stage.network.lose(0);
    const back = await viewer.next(3, START_MS);
    assert(back < 25_000, `pictures after ${back} ms`);
    assert(viewer.ends === 0, 'the socket of the viewer ended');
    return `offline after ${inSeconds(offline)}, pictures ${inSeconds(back)} after packets flowed, on the same socket`;
  });
}

/** Ends with an undisturbed line, and everything running. */
export async function restore(stage: Stage): Promise<void> {
  stage.network.lose(0);
  stage.network.delay(0);
  stage.network.limitUplink(undefined);
  for (const program of ['cameras', 'gateway', 'proxy', 'agent'] as const)
    if (!stage.isRunning(program)) stage.start(program);
  await stage.isReady();
  await stage.isAgent('online');
  await stage.isLive();
}

async function withViewer<V extends FrameViewer | VideoViewer, T>(
  viewer: V,
  use: (viewer: V) => Promise<T>,
): Promise<T> {
  try {
    return await use(viewer);
  } finally {
    viewer.close();
  }
}

const agesOf = (arrivals: readonly Arrival[]): number[] => arrivals.map(({ ageMs }) => ageMs);

function checkAges(arrivals: readonly Arrival[], maxMs: number): void {
  const p95 = percentile(agesOf(arrivals), 0.95);
  assert(p95 <= maxMs, `age ${ages(arrivals)}, more than ${maxMs} ms`);
}

function ages(arrivals: readonly Arrival[]): string {
  const [p50, p95] = [0.5, 0.95].map((share) => Math.round(percentile(agesOf(arrivals), share)));
  return `p50 ${p50} ms, p95 ${p95} ms`;
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function assert(isGood: boolean, message: string): asserts isGood {
  if (!isGood) throw new Error(message);
}
