/** Runs the product as an operator does: `npm start`, in a process group of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { childrenOf, isRunning, signalIfRunning } from './processes.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The running product. */
export interface StartedProduct {
  origin: string;
  dataDir: string;
  /** The process that runs `npm start`; it leads the process group. */
  pid: number;
  /** When npm was started, `performance.now()`. */
  startedAt: number;
  /** Milliseconds from the start of npm to the first answer of `/livez`. */
  livezMs: number;
  /** Every process of the product that runs now, npm first. */
  pids(): number[];
  gatewayPid(): number;
  /** Everything that was printed so far. */
  output(): string;
  /** Ends everything in order; kills what is left after ten seconds. */
  end(): Promise<void>;
}

/**
 * Starts it; resolves when `/livez` answers.
 * @param env settings beside free ports and a data folder
 * @param through a command that runs a shell command given as its last argument
 */
export async function npmStart(
  env: Record<string, string> = {},
  through: readonly string[] = [],
): Promise<StartedProduct> {
  const [port, workerPort, simulatorPort] = [await freePort(), await freePort(), await freePort()];
  const dataDir = temporaryFolder();
  const logFile = join(dataDir, 'npm-start.log');
  const log = openSync(logFile, 'w');
  const command = through.length === 0 ? ['npm', 'start', '--silent'] : [...through, 'npm start --silent'];
  const startedAt = performance.now();
  const npm = spawn(command[0] as string, command.slice(1), {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env.PATH,
      HOME: dataDir,
      PORT: String(port),
      HOST: '127.0.0.1',
      RTSP_WORKER_PORT: String(workerPort),
      SIMULATOR_PORT: String(simulatorPort),
      DATA_DIR: dataDir,
      ALLOW_LOOPBACK_CAMERAS: 'on',
      ...env,
    },
  });
  closeSync(log);
  const exited = once(npm, 'exit');
  const pid = npm.pid as number;
  const origin = `http://127.0.0.1:${port}`;
  const pids = (): number[] => descendantsOf(pid);
  const isUp = (): Promise<boolean> =>
    fetch(`${origin}/livez`).then(
      ({ ok }) => ok,
      () => false,
    );
  await waitFor(isUp, { timeoutMs: 30_000, message: 'npm start to serve' });
  return {
    origin,
    dataDir,
    pid,
    startedAt,
    livezMs: performance.now() - startedAt,
    pids,
    gatewayPid: () => pids().find(isGateway) as number,
    output: () => readFileSync(logFile, 'utf8'),
    end: async () => {
      const all = pids();
      for (const each of all) signalIfRunning(each, 'SIGTERM');
      const isOver = (): boolean => !all.some(isRunning);
      await waitFor(isOver, { timeoutMs: 10_000 }).catch(() => {
        for (const each of all) signalIfRunning(each, 'SIGKILL');
      });
      await exited;
    },
  };
}

/** A process and everything it started that runs, itself first. */
export function descendantsOf(pid: number): number[] {
  const own = isRunning(pid) ? [pid] : [];
  return [...own, ...childrenOf(pid).flatMap(descendantsOf)];
}

function isGateway(pid: number): boolean {
  return /(^|\0)(\S*\/)?gateway\/main\.ts(\0|$)/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
}
