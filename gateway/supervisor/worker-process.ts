/** One worker process: spawned, talked to, signalled, seen to end. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Logger } from '#shared/logger.ts';
import { HandedSockets } from './handed-sockets.ts';
import type { WorkerExit } from './worker-status.ts';

/** How to start a process. */
export interface WorkerProcessOptions {
  entry: URL;
  /** Its complete environment. */
  env: Record<string, string>;
  /** Options of `node`. */
  nodeFlags: readonly string[];
  /** Words put before `node`, from {@link findLauncher}. */
  launcher: readonly string[];
  /** Node binary; `process.execPath` by default. */
  node?: string;
  /** Open file that becomes descriptor 4 of the process. */
  descriptor?: number | undefined;
  onMessage: (message: unknown) => void;
  log: Logger;
}

/** Time to read the last output after the exit, milliseconds. */
const DRAIN_MS = 500;
const LAUNCHER_TRIAL_MS = 2000;

/** A process from spawn to exit. */
export class WorkerProcess {
  /** Undefined if the spawn failed. */
  readonly pid: number | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves once the process has exited, even if its children live; never rejects. */
  readonly exited: Promise<WorkerExit>;
  /** Resolves when its output has been read, or soon after the exit; never rejects. */
  readonly drained: Promise<void>;
  readonly #send: (message: object) => void;
  readonly #handed: HandedSockets;

  constructor(options: WorkerProcessOptions) {
    const { entry, env, nodeFlags, launcher, node = process.execPath, descriptor, onMessage, log } = options;
    const [file, ...args] = [...launcher, node, ...nodeFlags, fileURLToPath(entry)];
    const child = spawn(file as string, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...(descriptor === undefined ? [] : [descriptor])],
      // A group of its own: the end reaches what the worker starts, a Ctrl-C of ours does not reach it.
      detached: true,
    });
    this.pid = child.pid;
    this.stdout = child.stdout as Readable;
    this.stderr = child.stderr as Readable;
    child.on('message', onMessage);
    this.#handed = new HandedSockets(child, log);
    this.#send = (message) => {
      // A channel that breaks during a send means that the exit is about to be seen.
      if (child.connected) child.send(message, () => {});
    };
    this.exited = exitOf(child);
    // A grandchild that survives may hold the pipes open.
    const closed = new Promise((resolve) => child.once('close', resolve));
    this.drained = this.exited.then(async () => {
      await Promise.race([closed, wait(DRAIN_MS)]);
    });
  }

  /** As {@link HandedSockets.handOver}. */
  handOver(connection: Duplex, first: Buffer): boolean {
    return this.#handed.handOver(connection, first);
  }

  /** Asks it to stop: by message, and by SIGTERM and SIGCONT to its group. */
  stop(deadlineMs: number): void {
    this.#send({ type: 'stop', deadlineMs });
    this.#signal('SIGTERM');
    this.#signal('SIGCONT');
  }

  /** Kills the process and all it started. */
  kill(): void {
    this.#signal('SIGKILL');
  }

  /** The group id stays taken while any member lives, so it cannot hit a reused pid. */
  #signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // The group is empty.
    }
  }
}

/**
 * Finds util-linux's `setpriv`, by which the kernel kills a worker whose gateway
 * was killed, even a stopped one (PR_SET_PDEATHSIG(2const)). It is run to find out:
 * BusyBox has a `setpriv` without the option.
 * @returns command prefix; empty where it does not work
 */
export async function findLauncher(env: Record<string, string>): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const launcher = ['--pdeathsig', 'KILL'];
  const trial = spawn('setpriv', [...launcher, 'setpriv', '--version'], {
    env,
    stdio: 'ignore',
    timeout: LAUNCHER_TRIAL_MS,
  });
  const { code } = await exitOf(trial);
  return code === 0 ? ['setpriv', ...launcher] : [];
}

/** Resolves when a process is gone or could not be started; never rejects. */
function exitOf(child: ChildProcess): Promise<WorkerExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', ({ message }) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, spawnError: message });
    });
  });
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
