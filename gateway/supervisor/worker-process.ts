/** One worker process: spawned, talked to, signalled, seen to end. The only door to execa. */
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { WorkerExit } from './worker-status.ts';

/** What a process is started with. */
export interface WorkerProcessOptions {
  entry: URL;
  /** Everything of the environment that it gets. */
  env: Record<string, string>;
  /** Words put before `node`, from {@link findLauncher}. */
  launcher: readonly string[];
  /** The node binary; the running one by default. */
  node?: string;
  onMessage: (message: unknown) => void;
}

/** How long the last output of a process that ended may take. */
const DRAIN_MS = 500;

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

  constructor({ entry, env, launcher, node = process.execPath, onMessage }: WorkerProcessOptions) {
    const [file, ...args] = [...launcher, node, fileURLToPath(entry)];
    const subprocess = execa(file as string, args, {
      env,
      extendEnv: false,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
      ipc: true,
      // execa would keep all output for ever, and kill the worker at 100 MB of it.
      buffer: false,
      reject: false,
      cleanup: true,
      killDescendants: true,
    });
    const child = subprocess.nodeChildProcess;
    this.pid = child.pid;
    this.stdout = subprocess.stdout;
    this.stderr = subprocess.stderr;
    child.on('message', onMessage);
    this.#send = (message) => {
      // A channel that breaks while a message is under way is an exit that is about to be seen.
      if (child.connected) child.send(message, () => {});
    };
    const { promise, resolve } = Promise.withResolvers<WorkerExit>();
    // execa's own promise also waits for the pipes, which a surviving grandchild may hold open for ever.
    child.on('exit', (code, signal) => resolve({ code, signal }));
    const settled = subprocess.then((result) => {
      const spawnError = this.pid === undefined ? { spawnError: result.shortMessage } : {};
      resolve({ code: result.exitCode ?? null, signal: result.signal ?? null, ...spawnError });
    });
    this.exited = promise;
    this.drained = promise.then(() => Promise.race([settled, wait(DRAIN_MS)]));
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
  const trial = await execa('setpriv', [...launcher, 'setpriv', '--version'], {
    env,
    extendEnv: false,
    stdio: 'ignore',
    reject: false,
    timeout: 2000,
  });
  return trial.exitCode === 0 ? ['setpriv', ...launcher] : [];
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
