/** The same cameras and viewers with us and with the servers that are installed here: a table, column by column. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.ts';
import { getJson } from '../support/http.ts';
import { npmStart } from '../support/npm-start.ts';
import { waitFor } from '../support/wait-for.ts';
import { makeClip } from './clip.ts';
import { connectCameras, oursOf, SETTINGS } from './footprint.ts';
import { cpuShare } from './measure.ts';
import { readMemoryMap } from './memory-map.ts';
import { print } from './report.ts';
import { startSender } from './scenarios.ts';

const CAMERAS = 8;
const MSE_VIEWERS = [1, 50];
const SETTLE_MS = 3000;
const VIEWER = fileURLToPath(new URL('mse-viewer.ts', import.meta.url));

/** A server with every camera connected. */
interface Server {
  pids(): readonly number[];
  /** Undefined where it does not serve MSE. */
  mse: { url: string; hello?: string } | undefined;
  close(): Promise<void> | void;
}

const ROWS = [
  `memory with ${CAMERAS} idle cameras, MiB`,
  `CPU with ${CAMERAS} idle cameras, % of a core`,
  ...MSE_VIEWERS.map((count) => `CPU of each of ${count} MSE viewers, % of a core`),
];

/** Measures 8 cameras of 1080p30 at 4 Mbit/s: idle, then viewers of one of them. */
export async function benchPeers(seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const clip = join(folder, 'clip.h264');
  makeClip(clip);
  const sender = await startSender(clip, CAMERAS);
  const urls = Array.from({ length: CAMERAS }, (_, index) => `rtsp://127.0.0.1:${sender.port}/${index + 1}`);
  try {
    const columns = [
      await column('ours', () => openOurs(sender.port), seconds),
      await column('go2rtc', () => openGo2rtc(urls), seconds),
      await column('mediamtx', () => openMediamtx(urls, folder), seconds),
    ];
    print(`\n| | ${columns.map(({ name }) => name).join(' | ')} |`);
    print(`| --- |${' --- |'.repeat(columns.length)}`);
    for (const [index, row] of ROWS.entries())
      print(`| ${row} | ${columns.map(({ cells }) => cells[index] ?? 'absent').join(' | ')} |`);
  } finally {
    sender.close();
    rmSync(folder, { recursive: true });
  }
}

async function column(
  name: string,
  open: () => Promise<Server | undefined>,
  seconds: number,
): Promise<{ name: string; cells: string[] }> {
  const server = await open();
  if (server === undefined) return { name, cells: [] };
  try {
    // Decoders of first pictures are given back meanwhile.
    await delay(5 * SETTLE_MS);
    const memory = server.pids().reduce((sum, pid) => sum + readMemoryMap(pid).total, 0);
    const idle = await cpuShare(server.pids(), seconds);
    const cells = [memory.toFixed(0), idle.toFixed(1)];
    for (const viewers of MSE_VIEWERS) cells.push(await costOfMse(server, viewers, seconds));
    return { name, cells };
  } finally {
    await server.close();
  }
}

/** Beyond the cameras alone, measured immediately before. */
async function costOfMse({ mse, pids }: Server, viewers: number, seconds: number): Promise<string> {
  if (mse === undefined) return 'no MSE';
  const alone = await cpuShare(pids(), seconds);
  const times = [viewers, seconds + (2 * SETTLE_MS) / 1000].map(String);
  const child = spawn(
    process.execPath,
    [VIEWER, mse.url, '1', ...times, ...(mse.hello === undefined ? [] : [mse.hello])],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const printed = text(child.stdout);
  await delay(SETTLE_MS);
  const share = await cpuShare(pids(), seconds);
  const { rate } = JSON.parse(await printed) as { rate: number };
  return `${((share - alone) / viewers).toFixed(2)} (${rate.toFixed(0)} fragments/s)`;
}

async function openOurs(port: number): Promise<Server> {
  const product = await npmStart(SETTINGS);
  await waitFor(async () => (await getJson(`${product.origin}/readyz`)).status === 200, {
    timeoutMs: 30_000,
  });
  await connectCameras(product, port, { from: 1, to: CAMERAS });
  return {
    pids: () => oursOf(product),
    mse: { url: `${product.origin}/ws/mse/1` },
    close: () => product.end(),
  };
}

async function openGo2rtc(urls: readonly string[]): Promise<Server | undefined> {
  const port = await freePort();
  const names = urls.map((_, index) => String(index + 1));
  const config = {
    api: { listen: `127.0.0.1:${port}` },
    webrtc: { listen: '' },
    rtsp: { listen: '' },
    streams: Object.fromEntries(names.map((name, index) => [name, urls[index]])),
    // Without it cameras are connected while they are watched.
    preload: Object.fromEntries(names.map((name) => [name, 'video'])),
  };
  const hello = JSON.stringify({ type: 'mse', value: 'avc1.640029,avc1.64002A,avc1.640033' });
  const program = await openProgram('go2rtc', ['-config', JSON.stringify(config)]);
  return program && { ...program, mse: { url: `http://127.0.0.1:${port}/api/ws?src=1`, hello } };
}

async function openMediamtx(urls: readonly string[], folder: string): Promise<Server | undefined> {
  const file = join(folder, 'mediamtx.yml');
  const off = { rtmp: false, hls: false, webrtc: false, srt: false };
  const rtspAddress = `127.0.0.1:${await freePort()}`;
  const paths = urls.map((source, index) => [index + 1, { source, rtspTransport: 'tcp' }]);
  const settings = { ...off, rtspAddress, rtspTransports: ['tcp'], paths: Object.fromEntries(paths) };
  writeFileSync(file, JSON.stringify(settings));
  return await openProgram('mediamtx', [file]);
}

/** @returns undefined where it is not on the PATH */
async function openProgram(name: string, args: readonly string[]): Promise<Server | undefined> {
  if (spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0) return undefined;
  const program = spawn(name, args, { stdio: 'ignore' });
  const ended = once(program, 'exit');
  return {
    pids: () => [program.pid as number],
    mse: undefined,
    close: async () => {
      program.kill('SIGKILL');
      await ended;
    },
  };
}
