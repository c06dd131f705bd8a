/** How much memory the product takes, process by process, without and with idle cameras. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { getJson, postJson } from '../support/http.ts';
import { npmStart, type StartedProduct } from '../support/npm-start.ts';
import { waitFor } from '../support/wait-for.ts';
import { makeClip } from './clip.ts';
import { type MemoryMap, readMemoryMap } from './memory-map.ts';
import { print, target } from './report.ts';
import { startSender } from './scenarios.ts';

const CAMERAS = 8;
/** What the first camera loads is not counted twice. */
const MORE_CAMERAS = 24;
const CAMERA = { width: 1280, height: 720, fps: 15, bitRate: '1M' };
/** Of the product under test. */
export const SETTINGS = { DEMO_CAMERAS: 'off', LOG_LEVEL: 'warn' };
const MOST_WITHOUT_CAMERAS = 150;
const MOST_WITH_CAMERAS = 180;
const MOST_PER_CAMERA = 2;
const COLUMNS = ['heap', 'code', 'files', 'native', 'stacks', 'total'] as const;

/** How to measure. */
export interface FootprintOptions {
  /** Pause after the last change, so that start-up's memory is back and idle processes have ended. */
  settleSeconds: number;
}

/** Measures `npm start` with 0, 8 and 24 idle cameras of 720p at 15 frames a second and 1 Mbit/s. */
export async function benchFootprint({ settleSeconds }: FootprintOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const clip = join(folder, 'clip.h264');
  makeClip(clip, CAMERA);
  const sender = await startSender(clip, MORE_CAMERAS, CAMERA.fps);
  await fillCompileCache();
  const product = await npmStart(SETTINGS);
  try {
    await waitFor(async () => (await getJson(`${product.origin}/readyz`)).status === 200);
    await delay(settleSeconds * 1000);
    const empty = measureMemory('no camera', product);
    await connectCameras(product, sender.port, { from: 1, to: CAMERAS });
    await delay(settleSeconds * 1000);
    const idle = measureMemory(`${CAMERAS} idle cameras`, product);
    await connectCameras(product, sender.port, { from: CAMERAS + 1, to: MORE_CAMERAS });
    await delay(settleSeconds * 1000);
    judge(empty, idle, measureMemory(`${MORE_CAMERAS} idle cameras`, product));
  } finally {
    await product.end();
    sender.close();
    rmSync(folder, { recursive: true });
  }
}

/** A first start compiles, which takes memory that later starts do not. */
async function fillCompileCache(): Promise<void> {
  const product = await npmStart(SETTINGS);
  await waitFor(async () => (await getJson(`${product.origin}/readyz`)).status === 200);
  await product.end();
}

/** Registers cameras of a sender, and waits until each is live. */
export async function connectCameras(
  { origin }: StartedProduct,
  port: number,
  { from, to }: { from: number; to: number },
): Promise<void> {
  for (let camera = from; camera <= to; camera += 1) {
    const url = `rtsp://127.0.0.1:${port}/${camera}`;
    const { status, body } = await postJson(`${origin}/api/cameras`, { id: String(camera), url });
    if (status !== 201) throw new Error(`camera ${camera}: ${status} ${JSON.stringify(body)}`);
    const isLive = async (): Promise<boolean> =>
      (await getJson(`${origin}/api/cameras/${camera}/status`)).body.connected;
    await waitFor(isLive, { message: `camera ${camera} to be live` });
  }
}

/** Processes of the product, without npm and its shell. */
export function oursOf(product: StartedProduct): number[] {
  return product.pids().filter((pid) => isOurs(nameOf(pid)));
}

/** @returns MiB of all processes but npm, which is not ours */
export function measureMemory(title: string, product: StartedProduct): number {
  const rows = product.pids().map((pid) => ({ name: nameOf(pid), map: readMemoryMap(pid) }));
  print(`\nMemory, MiB (PSS), ${title}`);
  print(row('process', COLUMNS));
  for (const { name, map } of rows) print(row(name, valuesOf(map)));
  const ours = rows.filter(({ name }) => isOurs(name));
  print(row('all', valuesOf(sum(rows.map(({ map }) => map)))));
  print(row('without npm and its shell', valuesOf(sum(ours.map(({ map }) => map)))));
  return sum(ours.map(({ map }) => map)).total;
}

function isOurs(name: string): boolean {
  return name.startsWith('gateway') || name.startsWith('workers');
}

function judge(empty: number, idle: number, more: number): void {
  const say = (text: string, value: number, most: number): void =>
    target(`${text}: ${value.toFixed(1)} MiB (${most})`, value <= most);
  say('memory without cameras', empty, MOST_WITHOUT_CAMERAS);
  say(`memory with ${CAMERAS} idle cameras`, idle, MOST_WITH_CAMERAS);
  say(`memory of each of the first ${CAMERAS} idle cameras`, (idle - empty) / CAMERAS, MOST_PER_CAMERA);
  const further = (more - idle) / (MORE_CAMERAS - CAMERAS);
  say('memory of each further idle camera', further, MOST_PER_CAMERA);
}

/** The part of the product that a process runs; its command for a process that is not ours. */
function nameOf(pid: number): string {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  const main = words.find((word) => /^\S*main\.ts$/.test(word));
  return main?.match(/(gateway|workers\/\w+)\/main\.ts$/)?.[1] ?? words.join(' ').trim().slice(0, 24);
}

function sum(maps: readonly MemoryMap[]): MemoryMap {
  const total = { heap: 0, code: 0, files: 0, native: 0, stacks: 0, total: 0 };
  for (const map of maps) for (const column of COLUMNS) total[column] += map[column];
  return total;
}

function valuesOf(map: MemoryMap): string[] {
  return COLUMNS.map((column) => map[column].toFixed(1));
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(28) + cells.map((cell) => cell.padStart(8)).join('');
}
