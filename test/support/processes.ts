/** Runs the product's own processes for tests: on free ports, with a data directory of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Cameras of tests are on this machine; nothing listens on ports 1 and 9. */
const TEST_CAMERAS = { ALLOW_LOOPBACK_CAMERAS: 'on', CAMERA_ALLOW_PORTS: '1,9' };

/** Where the tests keep what node has compiled, processes of ours start in half the time (node's CLI documentation). */
const COMPILED =
  process.env.NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE };

/** Of native code: no test sends these, and what fails next would not tell why. */
const CRASHES: unknown[] = ['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV'];
const lastLines = (text: string): string => text.split('\n').slice(-20).join('\n');

/** A process of ours under test. */
export interface RunningProcess {
  pid: number;
  port: number;
  origin: string;
  dataDir: string;
  /** Everything it printed so far. */
  output(): string;
  /** Closes the reading end of its standard output, as `| head -1` does. */
  stopReading(): void;
  /** Sends a signal and waits for the end. @returns exit code, or null when killed */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts the gateway; resolves once it listens.
 * @param through a command that runs another one and becomes it, as `setpriv` does
 */
export async function startGateway(
  env: Record<string, string> = {},
  through: readonly string[] = [],
): Promise<RunningProcess> {
  const port = Number(env.PORT ?? (await freePort()));
  const workerPort = String(await freePort());
  const simulatorPort = String(await freePort());
  const settings = {
    PORT: String(port),
    HOST: '127.0.0.1',
    RTSP_WORKER_PORT: workerPort,
    SIMULATOR_PORT: simulatorPort,
    DEMO_CAMERAS: 'off',
    RTSP_WORKERS: '2',
    // A test that waits with a token asks more often than a client may.
    RATE_LIMIT_API: '1000000',
    ...TEST_CAMERAS,
    ...env,
  };
  return start('gateway/main.ts', port, settings, through);
}

/** Starts one RTSP worker alone; resolves once it serves. */
export async function startWorker(env: Record<string, string> = {}, at?: number): Promise<RunningProcess> {
  const port = at ?? (await freePort());
  return start('workers/rtsp/main.ts', port, { WORKER_PORT: String(port), ...TEST_CAMERAS, ...env });
}

/** Starts one analysis worker alone; resolves once it serves. */
export async function startAnalysisWorker(env: Record<string, string> = {}): Promise<RunningProcess> {
  const port = await freePort();
  return start('workers/analysis/main.ts', port, { WORKER_PORT: String(port), ...env });
}

/** Starts the simulator alone, with its PTZ camera; resolves once it serves. */
export async function startSimulator(): Promise<RunningProcess & { rtspPort: number; ptzPort: number }> {
  const [port, rtspPort, ptzPort] = [await freePort(), await freePort(), await freePort()];
  const running = await start('workers/simulator/main.ts', port, {
    WORKER_PORT: String(port),
    SIMULATOR_PORT: String(rtspPort),
    SIMULATOR_PTZ_PORT: String(ptzPort),
  });
  return { ...running, rtspPort, ptzPort };
}

/** Starts an agent; resolves immediately. @param env names the gateway and the token */
export function startAgent(env: Record<string, string>): Omit<RunningProcess, 'port' | 'origin'> {
  return spawnProcess('agent/main.ts', { ...TEST_CAMERAS, ...env });
}

async function start(
  entry: string,
  port: number,
  env: Record<string, string>,
  through: readonly string[] = [],
): Promise<RunningProcess> {
  const { child, ...running } = spawnProcess(entry, env, through);
  const { output } = running;
  const origin = `${env.WORKER_TLS_CERT_FILE === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const isUp = () =>
    fetch(`${origin}/livez`)
      // A worker with a secret answers its gateways only.
      .then((response) => response.ok || response.status === 401)
      // This process does not know the authority of its certificate.
      .catch(({ cause }) => child.exitCode !== null || cause?.code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  await waitFor(isUp, { timeoutMs: 30_000, message: `${entry} to listen` }).catch((error: unknown) => {
    // A test that failed must leave nothing behind.
    child.kill('SIGKILL');
    throw error;
  });
  if (child.exitCode !== null) throw new Error(`${entry} ended with ${child.exitCode}: ${output()}`);
  return { ...running, port, origin };
}

function spawnProcess(entry: string, env: Record<string, string>, through: readonly string[] = []) {
  const dataDir = temporaryFolder();
  const [command = '', ...args] = [...through, process.execPath, join(ROOT, entry)];
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, LOG_LEVEL: 'debug', ...COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const exited = once(child, 'exit').then(([code, signal]) => {
    if (CRASHES.includes(signal)) console.error(`${entry} crashed with ${signal}:\n${lastLines(output())}`);
    return code as number | null;
  });
  return {
    child,
    pid: child.pid as number,
    dataDir,
    output,
    stopReading: () => void child.stdout?.destroy(),
    end: async (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal);
      const code = await exited;
      // Workers of a gateway that was killed may still write.
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
      return code;
    },
  };
}

function collect(child: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** Ends a process without a farewell, if it runs. */
export async function killNow(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Whether a process runs; one that ended and was not reaped (zombie) does not. */
export function isRunning(pid: number): boolean {
  return !['Z', 'X', undefined].includes(stateOf(pid));
}

/** Whether a process was stopped by a signal, which takes it a moment. */
export function isStopped(pid: number): boolean {
  return stateOf(pid) === 'T';
}

/** Signals a process that may end by itself meanwhile. */
export function signalIfRunning(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** As in proc(5); undefined for a process that is no more. */
function stateOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.charAt(stat.lastIndexOf(')') + 2);
  } catch {
    return undefined;
  }
}

/** The processes that a process started, running ones only. */
export function childrenOf(pid: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((candidate) => isRunning(candidate) && parentOf(candidate) === pid);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
