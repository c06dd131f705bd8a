/** One gateway per data directory: two would send twice and fight over the workers' ports. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTimeOf } from './process-identity.ts';

/** Exit code of a gateway that found another one on its data directory. */
export const EXIT_SECOND_INSTANCE = 100;

/** Another gateway holds the data directory. */
export class SecondInstanceError extends Error {
  constructor(directory: string, pid: number) {
    super(
      `Another gateway (pid ${pid}) uses the data directory ${directory}; stop it or set DATA_DIR to another`,
    );
    this.name = 'SecondInstanceError';
  }
}

const ATTEMPTS = 5;

/**
 * Takes the lock of a directory. The lock is a file that says who holds it; that
 * of a dead process is taken over.
 * @returns the function that gives it back
 * @throws SecondInstanceError
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = join(directory, 'gateway.lock');
  const mine = `${process.pid} ${startTimeOf(process.pid) ?? ''}`;
  const draft = join(directory, `gateway.lock.${process.pid}`);
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (tryLink(draft, lock)) return () => release(lock, mine);
      removeIfDead(lock, directory);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new SecondInstanceError(directory, holderOf(lock).pid);
}

/** A hard link is made whole or not at all, also between two gateways that start at once. */
function tryLink(draft: string, lock: string): boolean {
  try {
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function removeIfDead(lock: string, directory: string): void {
  const { pid, startTime } = holderOf(lock);
  if (pid > 0 && isAlive(pid, startTime)) throw new SecondInstanceError(directory, pid);
  // Moved aside first: of two gateways that find it dead only one can move it.
  const aside = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    // The other one was faster; the next attempt sees its lock.
    return;
  }
  const moved = holderOf(aside);
  // Between our look and our move the other one may have put its own lock there: give it back.
  if (isAlive(moved.pid, moved.startTime)) tryLink(aside, lock);
  rmSync(aside, { force: true });
}

function holderOf(lock: string): { pid: number; startTime: string } {
  try {
    const [pid = '0', startTime = ''] = readFileSync(lock, 'utf8').split(' ');
    return { pid: Number(pid) || 0, startTime };
  } catch {
    return { pid: 0, startTime: '' };
  }
}

function isAlive(pid: number, startTime: string): boolean {
  const actual = startTimeOf(pid);
  if (actual !== undefined) return startTime === '' || actual === startTime;
  if (process.platform === 'linux') return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function release(lock: string, mine: string): void {
  try {
    if (readFileSync(lock, 'utf8') === mine) rmSync(lock, { force: true });
  } catch {
    // Somebody removed the data directory; there is nothing to give back.
  }
}
