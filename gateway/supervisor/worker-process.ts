/** One worker process: spawned, talked to, asked to stop, killed. The only door to execa. */
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** How a process ended. */
export interface WorkerExit {
  code: number | null;
  signal: string | null;
  /** Why it could not even be started. */
  spawnError: string | undefined;
}

/** What a process is started with. */
export interface WorkerProcessOptions {
  entry: URL;
  env: Record<string, string>;
  onMessage: (message: unknown) => void;
  onOutput: (stream: Readable) => void;
}

/** util-linux; lets the kernel kill a worker whose gateway was killed, even a stopped one (PR_SET_PDEATHSIG). */
const SETPRIV = '/usr/bin/setpriv';

/** A process from spawn to exit. */
export class WorkerProcess {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Resolves once the process is gone; never rejects. */
  readonly exited: Promise<WorkerExit>;
  readonly #send: (message: object) => void;
  #isGone = false;

  constructor({ entry, env, onMessage, onOutput }: WorkerProcessOptions) {
    const [file, ...args] = commandFor(fileURLToPath(entry));
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
    child.on('message', onMessage);
    // A channel that breaks while a message is under way is an exit that is about to be seen.
    child.on('error', () => {});
    this.#send = (message) => {
      if (child.connected) child.send(message, () => {});
    };
    for (const stream of [subprocess.stdout, subprocess.stderr]) onOutput(stream);
    this.exited = subprocess.then((result) => {
      this.#isGone = true;
      return {
        code: result.exitCode ?? null,
        signal: result.signal ?? null,
        spawnError: child.pid === undefined ? result.shortMessage : undefined,
      };
    });
  }

  /** Asks it to stop: by message, and by signal to its whole group, waking it if it is stopped. */
  stop(deadlineMs: number): void {
    this.#send({ type: 'stop', deadlineMs });
    this.#signal('SIGTERM');
    this.#signal('SIGCONT');
  }

  /** Ends it and everything it started. */
  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined || this.#isGone) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // The group is already gone.
    }
  }
}

function commandFor(entry: string): string[] {
  const node = [process.execPath, entry];
  return existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', ...node] : node;
}
