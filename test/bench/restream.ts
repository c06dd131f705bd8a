/** What RTSP readers of one camera of 4 Mbit/s cost, beside MediaMTX and go2rtc where they are installed. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.ts';
import { getJson, postJson } from '../support/http.ts';
import { startGateway } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { makeClip } from './clip.ts';
import { cpuShare, percentile, rssMib } from './measure.ts';
import { print, target } from './report.ts';
import { startSender, workerPids } from './scenarios.ts';

const READERS = [1, 10, 50];
const SETTLE_MS = 2000;
const MOST_PER_READER = 1;
const READER = fileURLToPath(new URL('rtsp-readers.ts', import.meta.url));

/** A server that gives one camera on as `/1`. */
interface Server {
  name: string;
  port: number;
  pids: readonly number[];
  close(): Promise<void> | void;
}

/** Measures each server with 1, 10 and 50 readers. */
export async function benchRestream(seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const clip = join(folder, 'clip.h264');
  makeClip(clip);
  const sender = await startSender(clip, 1);
  const camera = `rtsp://127.0.0.1:${sender.port}/1`;
  try {
    for (const open of [openGateway, openMediamtx, openGo2rtc]) {
      const server = await open(camera, folder);
      if (server === undefined) continue;
      try {
        await measure(server, seconds);
      } finally {
        await server.close();
      }
    }
  } finally {
    sender.close();
    rmSync(folder, { recursive: true });
  }
}

async function measure({ name, port, pids }: Server, seconds: number): Promise<void> {
  const idle = await cpuShare(pids, seconds);
  print(`RTSP readers of ${name}: ${idle.toFixed(2)} % of a core without readers`);
  for (const count of READERS) {
    const readers = spawn(process.execPath, [READER, String(port), String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { firstMs } = await firstLine<{ firstMs: number[] }>(readers);
    await delay(SETTLE_MS);
    const perReader = ((await cpuShare(pids, seconds)) - idle) / count;
    const mib = rssMib(pids);
    readers.kill('SIGKILL');
    await once(readers, 'exit');
    print(
      `RTSP readers of ${name}: ${perReader.toFixed(2)} % of a core per reader at ${count}, first packet after ${percentile(firstMs, 0.5).toFixed(0)} ms, ${mib.toFixed(0)} MiB`,
    );
    if (name === 'ours')
      target(
        `an RTSP reader at ${count} costs ${perReader.toFixed(2)} % of a core (${MOST_PER_READER})`,
        perReader <= MOST_PER_READER,
      );
  }
}

async function openGateway(camera: string): Promise<Server> {
  const port = await freePort();
  const gateway = await startGateway({ LOG_LEVEL: 'warn', RTSP_PORT: String(port), ANALYSIS: 'off' });
  const isReady = async () => (await getJson(`${gateway.origin}/readyz`)).status === 200;
  await waitFor(isReady, { timeoutMs: 30_000, message: 'the workers' });
  await postJson(`${gateway.origin}/api/cameras/connect`, { cameraId: '1', url: camera });
  const pids = [gateway.pid, ...(await workerPids(gateway))];
  return { name: 'ours', port, pids, close: async () => void (await gateway.end()) };
}

async function openMediamtx(camera: string, folder: string): Promise<Server | undefined> {
  const port = await freePort();
  const file = join(folder, 'mediamtx.yml');
  const off = { rtmp: false, hls: false, webrtc: false, srt: false };
  const settings = { ...off, rtspAddress: `127.0.0.1:${port}`, rtspTransports: ['tcp'] };
  writeFileSync(
    file,
    JSON.stringify({ ...settings, paths: { 1: { source: camera, rtspTransport: 'tcp' } } }),
  );
  return await openProgram('mediamtx', [file], port);
}

async function openGo2rtc(camera: string): Promise<Server | undefined> {
  const port = await freePort();
  const config = {
    api: { listen: '' },
    webrtc: { listen: '' },
    rtsp: { listen: `127.0.0.1:${port}` },
    streams: { 1: camera },
  };
  return await openProgram('go2rtc', ['-config', JSON.stringify(config)], port);
}

async function openProgram(name: string, args: string[], port: number): Promise<Server | undefined> {
  if (spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0) {
    print(`RTSP readers of ${name}: left out, it is not installed`);
    return undefined;
  }
  const program = spawn(name, args, { stdio: 'ignore' });
  await waitFor(() => listens(port), { message: `${name} to listen` });
  // Its source connects meanwhile.
  await delay(SETTLE_MS);
  return { name, port, pids: [program.pid as number], close: () => void program.kill('SIGKILL') };
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isOpen = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return isOpen;
}

async function firstLine<T>(child: ChildProcess): Promise<T> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await waitFor(() => text.includes('\n'), { timeoutMs: 60_000, message: 'the readers to play' });
  return JSON.parse(text.split('\n')[0] as string) as T;
}
