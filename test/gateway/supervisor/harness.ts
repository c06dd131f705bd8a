/** A pool of one slot around a real fixture process, with times scaled down. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import got from 'got';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import { type PoolOptions, WorkerPool } from '../../../gateway/supervisor/pool.ts';
import { RunRegistry } from '../../../gateway/supervisor/run-registry.ts';
import type { WorkerState } from '../../../gateway/supervisor/state-machine.ts';
import {
  RESTART_TIMINGS,
  type RestartTimings,
  SLOT_TIMINGS,
  type SlotTimings,
  type WorkerSpec,
} from '../../../gateway/supervisor/worker-spec.ts';
import type { WorkerStatus } from '../../../gateway/supervisor/worker-status.ts';
import type { WorkerAddress } from '../../../gateway/worker-access/worker-address.ts';
import type { ParentOptions } from '../../fixtures/workers/supervising-parent.ts';
import { isFree } from '../../support/free-port.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

/** A tenth of the real times where a test waits for them, the rest with room for a busy machine. */
const SCALED_TIMINGS: SlotTimings = {
  ...SLOT_TIMINGS,
  startMs: 20_000,
  readyPollMs: 25,
  readyTimeoutMs: 2000,
  livenessMs: 500,
  livenessTimeoutMs: 2000,
  livenessRetryMs: 100,
  stopMs: 10_000,
  hungStopMs: 200,
  lostMs: 2000,
};

const SCALED_RESTART: RestartTimings = {
  ...RESTART_TIMINGS,
  firstMs: 25,
  secondMs: 50,
  maxMs: 500,
  halfOpenMs: [1000, 2000, 60_000],
};

/** Where the fixture workers are. */
export function fixture(name: string): URL {
  return new URL(`../../fixtures/workers/${name}.ts`, import.meta.url);
}

type Overrides = Partial<Omit<WorkerSpec, 'timings' | 'restart'>> & {
  timings?: Partial<SlotTimings>;
  restart?: Partial<RestartTimings>;
};

/** The specification of a fixture's slot. */
export function specOf(entry: URL, { timings, restart, ...rest }: Overrides = {}): WorkerSpec {
  return {
    name: 'fixture-0',
    entry,
    ports: { first: 0, last: 0 },
    env: {},
    nodeFlags: [],
    isRequired: true,
    maxRssBytes: 1024 ** 3,
    ...rest,
    timings: { ...SCALED_TIMINGS, ...timings },
    restart: { ...SCALED_RESTART, ...restart },
  };
}

/** A started pool of one slot, and what it said. */
export class PoolUnderTest {
  readonly pool: WorkerPool;
  readonly name: string;
  readonly runDirectory: string;
  /** Every log line of the gateway's stream. */
  readonly lines: Record<string, unknown>[] = [];
  readonly readies: WorkerAddress[] = [];
  readonly downs: string[] = [];

  constructor(spec: WorkerSpec, options: Partial<PoolOptions> & { runDirectory?: string } = {}) {
    this.name = spec.name;
    this.runDirectory = options.runDirectory ?? temporaryFolder();
    const redactor = new Redactor();
    const write = (line: string): void => void this.lines.push(JSON.parse(line));
    const log = createLogger({ name: 'gateway', level: 'debug', redactor, write });
    this.pool = new WorkerPool({
      specs: [spec],
      registry: new RunRegistry(this.runDirectory, log),
      baseEnv: { PATH: process.env.PATH ?? '' },
      log,
      redactor,
      ...options,
    });
    this.pool.onReady((address) => this.readies.push(address));
    this.pool.onDown((name) => this.downs.push(name));
    this.pool.start();
  }

  get status(): WorkerStatus {
    return this.pool.status()[0] as WorkerStatus;
  }

  /** Waits for a state. */
  async reaches(state: WorkerState, timeoutMs = 20_000): Promise<WorkerStatus> {
    await waitFor(() => this.status.state === state, { timeoutMs, message: `${this.name} to be ${state}` });
    return this.status;
  }

  /** Waits for a worker that is ready and is not the given process. */
  async isReady({ otherThan, timeoutMs = 20_000 }: { otherThan?: number; timeoutMs?: number } = {}) {
    await waitFor(() => this.status.state === 'ready' && this.status.pid !== otherThan, {
      timeoutMs,
      message: `a new ${this.name} to be ready`,
    });
    return { pid: this.status.pid as number, port: this.status.port as number };
  }

  /** Asks the worker for something. */
  async command<T = unknown>(path: string, value: number | string = ''): Promise<T> {
    const { origin, token } = this.pool.address(this.name) as WorkerAddress;
    return ask(origin, { token, path: `/${path}?${value}` });
  }

  /** Log lines that hold a text. */
  linesWith(text: string): Record<string, unknown>[] {
    return this.lines.filter((line) => JSON.stringify(line).includes(text));
  }

  async close(): Promise<void> {
    this.pool.kill();
    await this.pool.stop();
  }
}

/** What a supervising parent reports about its worker and itself. */
export type ParentStatus = WorkerStatus & { address?: WorkerAddress; ownRss: number };

/** A process that supervises a fixture, to be frozen or killed. */
export class SupervisingParent {
  readonly process: ChildProcess;
  #output = '';
  #status: ParentStatus | undefined;

  constructor(spec: WorkerSpec, options: Pick<ParentOptions, 'runDirectory' | 'launcher'>) {
    const { entry, ...rest } = spec;
    const argument = JSON.stringify({ spec: rest, entry: entry.href, ...options } satisfies ParentOptions);
    this.process = fork(fileURLToPath(fixture('supervising-parent')), [argument], { stdio: 'pipe' });
    this.process.stdout?.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString();
    });
    this.process.stderr?.resume();
    this.process.on('message', (status) => {
      this.#status = status as ParentStatus;
    });
  }

  /** Everything it logged. */
  get output(): string {
    return this.#output;
  }

  /** Its latest report. */
  async status(): Promise<ParentStatus> {
    this.#status = undefined;
    this.process.send('status');
    return waitFor(() => this.#status, { timeoutMs: 20_000, message: 'an answer of the parent' });
  }

  /** Waits for its worker to be ready. */
  async isReady(): Promise<{ pid: number; port: number }> {
    const status = await waitFor(
      async () => {
        const current = await this.status();
        return current.state === 'ready' ? current : undefined;
      },
      { timeoutMs: 30_000, message: 'the worker of the parent to be ready' },
    );
    return { pid: status.pid as number, port: status.port as number };
  }

  /** Asks its worker for something. */
  async command<T = unknown>(path: string, value: number | string = ''): Promise<T> {
    const { address } = await this.status();
    return ask((address as WorkerAddress).origin, {
      token: (address as WorkerAddress).token,
      path: `/${path}?${value}`,
    });
  }

  /** Ends it without a chance to clean up. */
  async killHard(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
  }
}

async function ask<T>(origin: string, { token, path }: { token: string; path: string }): Promise<T> {
  return got(`${origin}${path}`, { headers: { [TOKEN_HEADER]: token }, retry: { limit: 0 } }).json<T>();
}

/** Whether a process runs; a zombie does not, though signals still find it. */
export function isRunning(pid: number): boolean {
  const state = stateOf(pid);
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** State letter of a process (proc(5)), `T` when it is stopped; undefined when there is none. */
export function stateOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0];
  } catch {
    return undefined;
  }
}

/** Waits until a process is gone. */
export async function isGone(pid: number): Promise<void> {
  await waitFor(() => !isRunning(pid), { message: `process ${pid} to be gone` });
}

/** Ends a process by its id, if it is there. */
export function endProcess(pid: number | undefined): void {
  if (pid === undefined || !isRunning(pid)) return;
  process.kill(pid, 'SIGKILL');
}

const FIRST_PORT = 20_000;
const PORT_COUNT = 10_000;

/** The first of `count` neighbouring ports that are free, below those the system hands out by itself. */
export async function freePorts(count: number): Promise<{ first: number; last: number }> {
  for (;;) {
    const first = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    const ports = Array.from({ length: count }, (_, step) => first + step);
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return { first, last: first + count - 1 };
  }
}
