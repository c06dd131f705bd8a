/** The same cameras and viewers with us and with the servers that are installed here: a table, column by column. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeClip } from './clip.ts';
import { cpuShare, percentile } from './measure.ts';
import { readMemoryMap } from './memory-map.ts';
import { openGo2rtc, openMediamtx, openOurs, type PeerServer } from './peer-servers.ts';
import { startFfmpeg } from './recording.ts';
import { print } from './report.ts';
import { startSender } from './scenarios.ts';
import { buildPion } from './whep.ts';

const CAMERAS = 8;
const MSE_VIEWERS = [1, 50];
const WHEP_VIEWERS = [1, 20];
const RTSP_READERS = [1, 50];
const WHEP_VISITS = 7;
const SETTLE_MS = 3000;
const MSE_VIEWER = fileURLToPath(new URL('mse-viewer.ts', import.meta.url));
const RTSP_READER = fileURLToPath(new URL('rtsp-readers.ts', import.meta.url));

/** A row of the table. */
interface Row {
  title: string;
  measure: (server: PeerServer, seconds: number) => Promise<string>;
}

/** Measures 8 cameras of 1080p30 at 4 Mbit/s: idle, then viewers of one of them. */
export async function benchPeers(seconds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const clip = join(folder, 'clip.h264');
  makeClip(clip);
  const rows = rowsOf(buildPion(folder));
  const sender = await startSender(clip, CAMERAS);
  const urls = Array.from({ length: CAMERAS }, (_, index) => `rtsp://127.0.0.1:${sender.port}/${index + 1}`);
  try {
    const columns = {
      ours: await column(() => openOurs(sender.port, CAMERAS), rows, seconds),
      go2rtc: await column(() => openGo2rtc(urls), rows, seconds),
      mediamtx: await column(() => openMediamtx(urls, folder), rows, seconds),
      'ffmpeg -c copy': [...rows.slice(1).map(() => ''), await ffmpegOf(urls, folder, seconds)],
    };
    print(`\n| | ${Object.keys(columns).join(' | ')} |`);
    print(`| --- |${' --- |'.repeat(Object.keys(columns).length)}`);
    for (const [index, { title }] of rows.entries())
      print(
        `| ${title} | ${Object.values(columns)
          .map((cells) => cells[index] ?? 'absent')
          .join(' | ')} |`,
      );
    print(`\nLoad at the end: ${loadavg()[0]?.toFixed(1)}.`);
  } finally {
    sender.close();
    rmSync(folder, { recursive: true });
  }
}

/** @param pion the viewer by WHEP; undefined where it could not be built */
function rowsOf(pion: string | undefined): Row[] {
  const shareOf = (count: number, what: string): string =>
    `CPU of ${count === 1 ? `one ${what}` : `each of ${count} ${what}s`}, % of a core`;
  return [
    { title: `memory with ${CAMERAS} idle cameras, MiB`, measure: memoryOf },
    {
      title: `CPU with ${CAMERAS} idle cameras, % of a core`,
      measure: async ({ pids }, seconds) => (await cpuShare(pids(), seconds)).toFixed(1),
    },
    ...MSE_VIEWERS.map((count) => ({
      title: shareOf(count, 'MSE viewer'),
      measure: (server: PeerServer, seconds: number) => costOfMse(server, count, seconds),
    })),
    {
      title: 'WHEP to the first packet, ms',
      measure: async (server) => (pion === undefined ? 'no go' : firstPacket(server, pion)),
    },
    ...WHEP_VIEWERS.map((count) => ({
      title: shareOf(count, 'WHEP viewer'),
      measure: async (server: PeerServer, seconds: number) =>
        pion === undefined ? 'no go' : costOfWhep(server, count, { seconds, pion }),
    })),
    ...RTSP_READERS.map((count) => ({
      title: shareOf(count, 'RTSP reader'),
      measure: (server: PeerServer, seconds: number) => costOfRtsp(server, count, seconds),
    })),
    { title: 'CPU to record a camera, with its connection, % of a core', measure: costOfRecording },
  ];
}

async function column(
  open: () => Promise<PeerServer | undefined>,
  rows: readonly Row[],
  seconds: number,
): Promise<string[]> {
  const server = await open();
  if (server === undefined) return [];
  try {
    // Decoders of first pictures are given back meanwhile.
    await delay(5 * SETTLE_MS);
    const cells: string[] = [];
    for (const { measure } of rows) cells.push(await measure(server, seconds));
    return cells;
  } finally {
    await server.close();
  }
}

async function memoryOf({ pids }: PeerServer): Promise<string> {
  return pids()
    .reduce((sum, pid) => sum + readMemoryMap(pid).total, 0)
    .toFixed(0);
}

/** Beyond the cameras alone, measured immediately before. */
async function costOfMse({ mse, pids }: PeerServer, viewers: number, seconds: number): Promise<string> {
  if (mse === undefined) return 'no MSE';
  const alone = await cpuShare(pids(), seconds);
  const times = [viewers, seconds + (2 * SETTLE_MS) / 1000].map(String);
  const hello = mse.hello === undefined ? [] : [mse.hello];
  const child = spawn(process.execPath, [MSE_VIEWER, mse.url, '1', ...times, ...hello], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed = text(child.stdout);
  await delay(SETTLE_MS);
  const share = await cpuShare(pids(), seconds);
  const { rate } = JSON.parse(await printed) as { rate: number };
  return `${((share - alone) / viewers).toFixed(2)} (${rate.toFixed(0)} fragments/s)`;
}

async function firstPacket({ whep }: PeerServer, pion: string): Promise<string> {
  const times: number[] = [];
  while (times.length < WHEP_VISITS)
    times.push(Number(execFileSync(pion, [whep, 'ipv4'], { encoding: 'utf8' })));
  return percentile(times, 0.5).toFixed(0);
}

async function costOfWhep(
  { whep, pids }: PeerServer,
  viewers: number,
  { seconds, pion }: { seconds: number; pion: string },
): Promise<string> {
  const alone = await cpuShare(pids(), seconds);
  const child = spawn(pion, [whep, 'ipv4', String(viewers), String(seconds + (2 * SETTLE_MS) / 1000)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let playing = 0;
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    playing += String(chunk).split('\n').length - 1;
    if (playing >= viewers) break;
  }
  if (playing < viewers) return `${playing} of ${viewers} played`;
  await delay(SETTLE_MS);
  const share = await cpuShare(pids(), seconds);
  if (child.exitCode === null) await once(child, 'exit');
  return ((share - alone) / viewers).toFixed(2);
}

async function costOfRtsp({ rtspPort, pids }: PeerServer, readers: number, seconds: number): Promise<string> {
  const alone = await cpuShare(pids(), seconds);
  const child = spawn(process.execPath, [RTSP_READER, String(rtspPort), String(readers)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await delay(SETTLE_MS);
  const share = await cpuShare(pids(), seconds);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return ((share - alone) / readers).toFixed(2);
}

/** Of one of all cameras. */
async function costOfRecording({ record, pids }: PeerServer, seconds: number): Promise<string> {
  if (record === undefined) return 'no recorder';
  await record();
  await delay(SETTLE_MS);
  return ((await cpuShare(pids(), seconds)) / CAMERAS).toFixed(2);
}

/** One process a camera records it. */
async function ffmpegOf(urls: readonly string[], folder: string, seconds: number): Promise<string> {
  const programs = urls.map((url) => startFfmpeg(url, folder));
  await delay(SETTLE_MS);
  const pids = programs.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  if (pids.length < CAMERAS) return 'absent';
  const share = await cpuShare(pids, seconds);
  for (const program of programs) program.kill('SIGKILL');
  return (share / CAMERAS).toFixed(2);
}
