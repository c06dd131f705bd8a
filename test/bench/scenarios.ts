/** What is measured, one function a question. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsClient } from '../support/ws-client.ts';
import { cpuSeconds, cpuShare, percentile, rssMib } from './measure.ts';

/** Cameras that send, and a gateway that has them connected. */
export interface Stage {
  cameras: number;
  gateway: RunningProcess;
  rtspPort: number;
  startedAt: number;
  connectMs: number[];
  /** Memory of workers that have served a camera and have none any more, MiB: what start-up and warming up take. */
  emptyMib: number;
  close(): Promise<void>;
}

/** CPU in per cent of a core, memory in MiB. */
export interface Cost {
  workers: number;
  gateway: number;
  mib: number;
}

/** What viewers saw. */
export interface Viewing extends Cost {
  rate: number;
  p50: number;
  p99: number;
}

const SETTLE_S = 3;
/** Longer than decoders without viewers are kept. */
const IDLE_AFTER_MS = 12_000;

const entry = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Starts sender and gateway and connects every camera. */
export async function openStage(clip: string, cameras: number): Promise<Stage> {
  const { port, startedAt, close: endSender } = await startSender(clip, cameras);
  const gateway = await startGateway({ LOG_LEVEL: 'warn' });
  await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, {
    timeoutMs: 20_000,
  });
  await warmUp(gateway.origin, port, cameras);
  const emptyMib = rssMib(await workerPids(gateway));
  const connectMs: number[] = [];
  for (let camera = 1; camera <= cameras; camera += 1) {
    const begunAt = performance.now();
    await postJson(`${gateway.origin}/api/cameras/connect`, {
      cameraId: String(camera),
      url: `rtsp://127.0.0.1:${port}/${camera}`,
    });
    connectMs.push(performance.now() - begunAt);
  }
  const close = async (): Promise<void> => {
    await gateway.end();
    endSender();
  };
  return { cameras, gateway, rtspPort: port, startedAt, connectMs, emptyMib, close };
}

/** Cameras that send a clip, in a process of their own: `rtsp://127.0.0.1:PORT/1` and so on. */
export async function startSender(
  clip: string,
  cameras: number,
  fps?: number,
): Promise<{ port: number; startedAt: number; close(): void }> {
  const args = [entry('sender.ts'), clip, String(cameras), ...(fps === undefined ? [] : [String(fps)])];
  const sender = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const { port, startedAt } = await firstLine<{ port: number; startedAt: number }>(sender);
  return { port, startedAt, close: () => void sender.kill('SIGKILL') };
}

async function warmUp(origin: string, port: number, cameras: number): Promise<void> {
  for (let camera = 1; camera <= cameras; camera += 1) {
    const cameraId = String(camera);
    await postJson(`${origin}/api/cameras/connect`, { cameraId, url: `rtsp://127.0.0.1:${port}/${camera}` });
    await postJson(`${origin}/api/cameras/disconnect`, { cameraId });
  }
}

/** Pids of the RTSP workers. */
export async function workerPids({ origin }: RunningProcess): Promise<number[]> {
  const { body } = await getJson(`${origin}/health`);
  return body.services.rtsp.workers.map(({ pid }: { pid: number }) => pid);
}

/** Without viewers. */
export async function measureIdle(stage: Stage, seconds: number): Promise<Cost> {
  await new Promise((resolve) => setTimeout(resolve, IDLE_AFTER_MS));
  return cost(stage, seconds);
}

/** Each camera has so many viewers at 15 fps. */
export async function measureViewers(stage: Stage, viewers: number, seconds: number): Promise<Viewing> {
  const args = [stage.gateway.origin, stage.cameras, viewers, seconds + SETTLE_S, stage.startedAt].map(
    String,
  );
  const viewer = spawn(process.execPath, [entry('viewer.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const seen = firstLine<{ rate: number; p50: number; p99: number }>(viewer);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_S * 1000));
  const spent = await cost(stage, seconds);
  return { ...spent, ...(await seen) };
}

/** ffmpeg at the same work: decode one camera, thin out to 15 fps, encode MJPEG at the quantizer of quality 80. */
export async function measureFfmpeg(stage: Stage, seconds: number): Promise<number> {
  const url = `rtsp://127.0.0.1:${stage.rtspPort}/1`;
  const args = ['-v', 'error', '-rtsp_transport', 'tcp', '-threads', '1', '-i', url];
  const ffmpeg = spawn('ffmpeg', [
    ...args,
    '-vf',
    'fps=15',
    '-q:v',
    '5',
    '-threads',
    '1',
    '-f',
    'mjpeg',
    '-y',
    '/dev/null',
  ]);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_S * 1000));
  const share = await cpuShare([ffmpeg.pid as number], seconds);
  ffmpeg.kill('SIGKILL');
  return share;
}

/** `GET /frame` again and again. @returns milliseconds of each */
export async function measureSnapshots(
  { gateway }: Stage,
  count: number,
): Promise<{ p50: number; p99: number }> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const begunAt = performance.now();
    await (await fetch(`${gateway.origin}/api/cameras/1/frame`)).arrayBuffer();
    times.push(performance.now() - begunAt);
  }
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

/** The longest pause a viewer sees when its worker is killed, milliseconds. */
export async function measureRecovery({ gateway }: Stage): Promise<number> {
  const client = await WsClient.open(gateway.origin);
  client.send({ action: 'subscribe', cameraId: '1', fps: 15 });
  await waitFor(() => client.frames().length > 10);
  for (const pid of await workerPids(gateway)) process.kill(pid, 'SIGKILL');
  const killedAt = performance.now();
  const count = client.frames().length;
  // A frame that was on its way already does not count.
  await waitFor(() => client.frames().length > count + 3, { timeoutMs: 30_000 });
  client.close();
  return performance.now() - killedAt;
}

/** Memory that cycles leave behind in the workers, MiB; the first cycles warm up. */
export async function measureLeak(stage: Stage, cycles: number, cycle: () => Promise<void>): Promise<number> {
  for (let index = 0; index < cycles / 10; index += 1) await cycle();
  const pids = await workerPids(stage.gateway);
  const before = rssMib(pids);
  for (let index = 0; index < cycles; index += 1) await cycle();
  return rssMib(pids) - before;
}

/** One connect and disconnect. */
export async function cycleConnect({ gateway, rtspPort }: Stage): Promise<void> {
  await postJson(`${gateway.origin}/api/cameras/connect`, {
    cameraId: 'cycle',
    url: `rtsp://127.0.0.1:${rtspPort}/1`,
  });
  await postJson(`${gateway.origin}/api/cameras/disconnect`, { cameraId: 'cycle' });
}

/** One subscription until its first frame. */
export async function cycleSubscribe({ gateway }: Stage): Promise<void> {
  const client = await WsClient.open(gateway.origin);
  client.send({ action: 'subscribe', cameraId: '1', fps: 15, width: 320 });
  await waitFor(() => client.frames().length > 0);
  client.close();
}

async function cost({ gateway }: Stage, seconds: number): Promise<Cost> {
  const pids = await workerPids(gateway);
  const [begunAt, before] = [performance.now(), cpuSeconds([gateway.pid])];
  const workers = await cpuShare(pids, seconds);
  const share = ((cpuSeconds([gateway.pid]) - before) * 100_000) / (performance.now() - begunAt);
  return { workers, gateway: share, mib: rssMib(pids) };
}

async function firstLine<T>(child: ChildProcess): Promise<T> {
  let text = '';
  while (!text.includes('\n'))
    text += String((await once(child.stdout as NodeJS.ReadableStream & NodeJS.EventEmitter, 'data'))[0]);
  return JSON.parse(text.split('\n')[0] as string) as T;
}
