/** One worker process: spawned, talked to, signalled, seen to end. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { WorkerExit } from './worker-status.ts';

export interface WorkerProcessOptions {
  entry: URL;
  /** Everything of the environment that it gets. */
  env: Record<string, string>;
  /** Options of `node`. */
  nodeFlags: readonly string[];
  /** Words put before `node`, from {@link findLauncher}. */
  launcher: readonly string[];
  /** The node binary; the running one by default. */
  node?: string;
  onMessage: (message: unknown) => void;
}

/** How long the last output of a process that ended may take. */
const DRAIN_MS = 500;
const LAUNCHER_TRIAL_MS = 2000;

/** A process from spawn to exit. */
export class WorkerProcess {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves once the process itself is gone, whatever it left behind; never rejects. */
  readonly exited: Promise<WorkerExit>;
  /** Resolves when its output has been read to the end, or soon after the exit; never rejects. */
  readonly drained: Promise<void>;
  readonly #send: (message: object) => void;

  constructor({ entry, env, nodeFlags, launcher, node = process.execPath, onMessage }: WorkerProcessOptions) {
    const [file, ...args] = [...launcher, node, ...nodeFlags, fileURLToPath(entry)];
    const child = spawn(file as string, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: the end reaches what the worker starts, a Ctrl-C of ours does not reach it.
      detached: true,
    });
    this.pid = child.pid;
    this.stdout = child.stdout as Readable;
    this.stderr = child.stderr as Readable;
    child.on('message', onMessage);
    this.#send = (message) => {
      // A channel that breaks while a message is under way is an exit that is about to be seen.
      if (child.connected) child.send(message, () => {});
    };
    this.exited = exitOf(child);
    // A grandchild that survives may hold the pipes open.
    const closed = new Promise((resolve) => child.once('close', resolve));
    this.drained = this.exited.then(async () => {
      await Promise.race([closed, wait(DRAIN_MS)]);
    });
  }

  /** Asks it to stop: by message, and by signal to its whole group, waking it if it is stopped. */
  stop(deadlineMs: number): void {
    this.#send({ type: 'stop', deadlineMs });
    this.#signal('SIGTERM');
    this.#signal('SIGCONT');
  }

  /** Ends everything it started and itself, if it is still there. */
  kill(): void {
    this.#signal('SIGKILL');
  }

  /** The group outlives its leader as long as it has members, and keeps the number from being used again. */
  #signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // Nobody is left in the group.
    }
  }
}

/**
 * Finds util-linux's `setpriv`, by which the kernel kills a worker whose gateway
 * was killed, even one that is stopped (PR_SET_PDEATHSIG(2const)). It is tried,
 * not looked for: BusyBox has a `setpriv` that does not know the option.
 * @returns words to put before a command; none where there is no such thing
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
