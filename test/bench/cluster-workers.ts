/** Pictures by 1, 2 and 4 workers, and by one that is not a child of the gateway, beside ffmpeg at the same work. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BROKER_CA, BROKER_CERTIFICATE, BROKER_KEY } from '../support/broker-certificates.ts';
import { freePort } from '../support/free-port.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway, startWorker } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { makeClip } from './clip.ts';
import { cpuSeconds, percentile } from './measure.ts';
import { print, target } from './report.ts';
import { startSender, workerPids } from './scenarios.ts';

const CLIP = { width: 640, height: 360, fps: 30, bitRate: '1M' };
const CAMERAS_OF_A_WORKER = 2;
const WORKERS = [1, 2, 4];
const ROUNDS = 3;
const SETTLE_S = 2;
const VIEWER_FPS = 15;
/** Share by which figures of 1, 2 and 4 workers may differ. */
const TOLERANCE = 0.15;
const SECRET = 'S3cr3tOfTheWorkersOfTheBench';
const VIEWER = fileURLToPath(new URL('viewer.ts', import.meta.url));

/** A gateway with its cameras connected. */
interface Stage {
  name: string;
  cameras: number;
  origin: string;
  pids: readonly number[];
  close(): Promise<void>;
}

/** One window. */
interface Figures {
  /** Pictures for each second of CPU of the gateway and its workers. */
  perCpuSecond: number;
  /** From the camera to the viewer, milliseconds. */
  p50: number;
  /** Pictures a second of the slowest viewer. */
  rate: number;
}

interface Sender {
  port: number;
  startedAt: number;
}

/** All gateways run all the time, and windows go round among them, so that other work of the machine meets all. */
export async function benchWorkers(seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const clip = join(folder, 'clip.h264');
  makeClip(clip, CLIP);
  const sender = await startSender(clip, Math.max(...WORKERS) * CAMERAS_OF_A_WORKER);
  const stages: Stage[] = [];
  try {
    for (const workers of WORKERS) stages.push(await openChildren(sender, workers));
    stages.push(await openRemote(sender), await openRemote(sender, folder));
    const windows = new Map<string, Figures[]>(stages.map(({ name }) => [name, []]));
    const ffmpeg: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      ffmpeg.push(await measureFfmpeg(sender, seconds));
      for (const stage of stages) windows.get(stage.name)?.push(await measure(stage, sender, seconds));
    }
    report(windows, percentile(ffmpeg, 0.5));
  } finally {
    for (const stage of stages) await stage.close();
    sender.close();
    rmSync(folder, { recursive: true });
  }
}

async function openChildren(sender: Sender, workers: number): Promise<Stage> {
  const gateway = await startGateway({ RTSP_WORKERS: String(workers), ...QUIET });
  const stage = await openCameras(gateway, sender, workers);
  return { ...stage, name: workers === 1 ? '1 worker' : `${workers} workers` };
}

/** @param folder of the files of certificates; TLS is used where it is given */
async function openRemote(sender: Sender, folder?: string): Promise<Stage> {
  const port = await freePort();
  const worker = await startWorker(
    { WORKER_HOST: '127.0.0.1', WORKER_SECRET: SECRET, ...certificates(folder) },
    port,
  );
  const gateway = await startGateway({
    WORKER_URLS: `${folder === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    WORKER_SECRET: SECRET,
    ...(folder === undefined ? {} : { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }),
    ...QUIET,
  });
  const stage = await openCameras(gateway, sender, 1);
  const close = async (): Promise<void> => {
    await stage.close();
    await worker.end();
  };
  const pids = [gateway.pid, worker.pid];
  return { ...stage, name: `1 remote worker${folder === undefined ? '' : ' over TLS'}`, pids, close };
}

const QUIET = { LOG_LEVEL: 'warn', ANALYSIS: 'off', RATE_LIMIT_CONNECTS: '1000', DISK_RESERVE_MB: '0' };

function certificates(folder: string | undefined): Record<string, string> {
  if (folder === undefined) return {};
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  file('ca.pem', BROKER_CA);
  return {
    WORKER_TLS_CERT_FILE: file('certificate.pem', BROKER_CERTIFICATE),
    WORKER_TLS_KEY_FILE: file('key.pem', BROKER_KEY),
  };
}

/** Connects the cameras; those of a worker are as many as those of any other. */
async function openCameras(
  gateway: RunningProcess,
  { port }: Sender,
  workers: number,
): Promise<Omit<Stage, 'name'>> {
  const cameras = workers * CAMERAS_OF_A_WORKER;
  const health = async () => (await getJson(`${gateway.origin}/health`)).body;
  await waitFor(async () => (await health()).services.rtsp.ready === workers, { timeoutMs: 60_000 });
  for (let camera = 1; camera <= cameras; camera += 1) {
    const url = `rtsp://127.0.0.1:${port}/${camera}`;
    await postJson(`${gateway.origin}/api/cameras/connect`, { cameraId: String(camera), url });
  }
  const pids = [gateway.pid, ...(await workerPids(gateway)).filter((pid) => pid !== undefined)];
  return { cameras, origin: gateway.origin, pids, close: async () => void (await gateway.end()) };
}

async function measure(
  { origin, cameras, pids }: Stage,
  { startedAt }: Sender,
  seconds: number,
): Promise<Figures> {
  const args = [VIEWER, origin, cameras, 1, SETTLE_S + seconds, startedAt].map(String);
  const viewer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const printed = text(viewer.stdout);
  await delay(SETTLE_S * 1000);
  const [begunAt, before] = [performance.now(), cpuSeconds(pids)];
  await delay(seconds * 1000);
  const spent = (cpuSeconds(pids) - before) / ((performance.now() - begunAt) / 1000);
  const { all, rate, p50 } = JSON.parse(await printed) as { all: number; rate: number; p50: number };
  return { perCpuSecond: all / spent, rate, p50 };
}

/** Decodes one camera, thins it out and encodes JPEG. @returns pictures for each second of its CPU */
async function measureFfmpeg({ port }: Sender, seconds: number): Promise<number> {
  const input = [
    '-v',
    'error',
    '-rtsp_transport',
    'tcp',
    '-threads',
    '1',
    '-i',
    `rtsp://127.0.0.1:${port}/1`,
  ];
  const encode = ['-vf', `fps=${VIEWER_FPS}`, '-q:v', '5', '-threads', '1', '-f', 'mjpeg', '-y', '/dev/null'];
  const ffmpeg = spawn('ffmpeg', [...input, ...encode]);
  const pids = [ffmpeg.pid as number];
  await delay(SETTLE_S * 1000);
  const [begunAt, before] = [performance.now(), cpuSeconds(pids)];
  await delay(seconds * 1000);
  const spent = (cpuSeconds(pids) - before) / ((performance.now() - begunAt) / 1000);
  ffmpeg.kill('SIGKILL');
  return VIEWER_FPS / spent;
}

function report(windows: ReadonlyMap<string, readonly Figures[]>, ffmpeg: number): void {
  const median = (name: string, key: keyof Figures): number =>
    percentile(
      (windows.get(name) ?? []).map((figures) => figures[key]),
      0.5,
    );
  const names = [...windows.keys()];
  print(
    `\n| ${CAMERAS_OF_A_WORKER} cameras of 360p30 a worker | pictures a CPU second | times ffmpeg | pictures/s of the slowest | latency p50 ms |`,
  );
  print('| --- | --- | --- | --- | --- |');
  for (const name of names) {
    const pictures = median(name, 'perCpuSecond');
    const cells = [
      pictures.toFixed(0),
      (pictures / ffmpeg).toFixed(2),
      median(name, 'rate').toFixed(1),
      median(name, 'p50').toFixed(0),
    ];
    print(`| ${name} | ${cells.join(' | ')} |`);
  }
  print(`| ffmpeg, one camera | ${ffmpeg.toFixed(0)} | 1 | | |`);
  const children = names.slice(0, WORKERS.length).map((name) => median(name, 'perCpuSecond'));
  const spread = Math.max(...children) / Math.min(...children) - 1;
  target(
    `pictures a CPU second with 1, 2 and 4 workers differ by ${(spread * 100).toFixed(0)} % (15)`,
    spread <= TOLERANCE,
  );
  const [local = Number.NaN] = children;
  for (const name of names.slice(WORKERS.length))
    print(
      `a picture of ${name} costs ${(local / median(name, 'perCpuSecond')).toFixed(2)} times that of a child`,
    );
}
