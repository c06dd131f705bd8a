/** What WebRTC costs: CPU and memory per viewer, the time to the first picture, and what many visits leave behind. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Resources, resourcesOf } from '../soak/resources.ts';
import { hasChromium, openBrowser, openPage } from '../support/browser.ts';
import { getJson } from '../support/http.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Way, WebrtcPlayer } from '../support/webrtc-page.ts';
import { cpuShare, percentile, rssMib } from './measure.ts';
import { type Stage, workerPids } from './scenarios.ts';

/** Figures of one run; CPU in per cent of a core of all workers and the gateway together. */
export interface WebrtcFigures {
  /** By number of viewers, beyond what the camera costs without them. */
  cpuPerViewer: Record<number, number>;
  /** MiB. */
  memoryPerViewer: number;
  /** Request to first decoded frame in Chromium, median, by way of signalling; absent without Chromium. */
  firstFrameMs: Partial<Record<Way, number>>;
  visits: VisitFigures;
}

/** What visits cost that come one right after the other. */
export interface VisitFigures {
  count: number;
  /** From asking for a session to its end, the first packet between, milliseconds. */
  p50: number;
  max: number;
  /** When the visits before had warmed everything up. */
  before: Held;
  after: Held;
}

/** What the processes hold. The gateway's memory is uncollected garbage; the workers' is native. */
export interface Held {
  gateway: Resources;
  workers: Resources;
}

/** How much is measured. */
export interface WebrtcBenchOptions {
  /** A gateway with one camera, `1`. */
  stage: Stage;
  seconds: number;
  viewers?: readonly number[];
  /** Visits of the warm-up and those that are measured. */
  visits?: readonly [number, number];
  /** Page loads per way of signalling. */
  pages?: number;
}

const SETTLE_MS = 3000;

/** Measures everything. */
export async function measureWebrtc({
  stage,
  seconds,
  viewers = [1, 10, 50],
  visits = [100, 500],
  pages = 15,
}: WebrtcBenchOptions): Promise<WebrtcFigures> {
  const firstFrameMs = await measureFirstFrames(stage, pages);
  const crowd = new Crowd(stage);
  try {
    const cost = await measureCost(stage, crowd, viewers, seconds);
    return { ...cost, firstFrameMs, visits: await measureVisits(stage, crowd, visits) };
  } finally {
    crowd.end();
  }
}

async function measureCost(stage: Stage, crowd: Crowd, viewers: readonly number[], seconds: number) {
  const pids = await pidsOf(stage);
  await crowd.obey('open 1');
  await crowd.obey('close');
  await noSessions(stage);
  await delay(SETTLE_MS);
  const [idle, idleMib] = [await cpuShare(pids, seconds), rssMib(pids)];
  const cpuPerViewer: Record<number, number> = {};
  let memoryPerViewer = Number.NaN;
  for (const count of viewers) {
    await crowd.obey(`open ${count}`);
    await delay(SETTLE_MS);
    cpuPerViewer[count] = ((await cpuShare(pids, seconds)) - idle) / count;
    memoryPerViewer = (rssMib(pids) - idleMib) / count;
  }
  await crowd.obey('close');
  await noSessions(stage);
  return { cpuPerViewer, memoryPerViewer };
}

async function measureVisits(
  stage: Stage,
  crowd: Crowd,
  [warmUp, count]: readonly [number, number],
): Promise<VisitFigures> {
  await crowd.obey(`cycle ${warmUp}`);
  const before = await held(stage);
  const { visitMs } = (await crowd.obey(`cycle ${count}`)) as { visitMs: number[] };
  const after = await held(stage);
  return { count, p50: percentile(visitMs, 0.5), max: Math.max(...visitMs), before, after };
}

/** What is held once the last visitor's connection has come to rest. */
async function held(stage: Stage): Promise<Held> {
  await noSessions(stage);
  await delay(SETTLE_MS);
  return resourcesOf(stage.gateway.pid);
}

async function measureFirstFrames(stage: Stage, pages: number): Promise<Partial<Record<Way, number>>> {
  if (!hasChromium()) return {};
  const browser = await openBrowser();
  const medians: Partial<Record<Way, number>> = {};
  try {
    const page = await openPage(browser, stage.gateway.origin);
    const player = await WebrtcPlayer.open(page);
    for (const way of ['http', 'whep'] as const) {
      const times: number[] = [];
      for (let index = 0; index < pages; index += 1) {
        await player.play(way, '1');
        times.push(await waitFor(async () => (await player.look()).firstFrameMs, { timeoutMs: 10_000 }));
        await player.stop();
      }
      medians[way] = percentile(times, 0.5);
    }
  } finally {
    await browser.close();
  }
  await noSessions(stage);
  return medians;
}

async function pidsOf({ gateway }: Stage): Promise<number[]> {
  return [gateway.pid, ...(await workerPids(gateway))];
}

async function noSessions({ gateway }: Stage): Promise<void> {
  const count = async () => (await getJson(`${gateway.origin}/api/streams/status`)).body.activeSessions;
  await waitFor(async () => (await count()) === 0, { timeoutMs: 30_000 });
}

/** The process with the viewers. */
class Crowd {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor({ gateway }: Stage) {
    const script = fileURLToPath(new URL('webrtc-viewers.ts', import.meta.url));
    this.#process = spawn(process.execPath, [script, gateway.origin, '1']);
    this.#process.stderr.pipe(process.stderr);
    const lines: Interface = createInterface({ input: this.#process.stdout });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** Waits until the order was carried out. @returns what the viewers say of it @throws Error when the process ended instead */
  async obey(order: string): Promise<unknown> {
    this.#process.stdin.write(`${order}\n`);
    const { value, done } = await this.#lines.next();
    if (done !== true) return JSON.parse(value);
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await once(this.#process, 'exit');
    throw new Error(`the viewers ended (${this.#process.signalCode ?? this.#process.exitCode})`);
  }

  end(): void {
    this.#process.kill('SIGKILL');
  }
}
