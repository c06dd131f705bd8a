/** One gateway per data directory: two would deliver twice and compete for the workers' ports. */
import { createHash, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isUnwritable } from '../store/unwritable.ts';
import { startTimeOf } from './process-identity.ts';

/** Exit code when another gateway uses the data directory. */
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

const ATTEMPTS = 20;

interface Holder {
  pid: number;
  startTime: string;
  /** File content, unique per holder. */
  text: string;
}

/**
 * Takes the lock of a directory: a file that names its holder. The lock of a dead
 * process is taken over. In a read-only directory no lock is needed, and none is made.
 * @returns the function that releases it
 * @throws SecondInstanceError
 */
export function lockDirectory(directory: string): () => void {
  const lock = join(directory, 'gateway.lock');
  const mine = `${process.pid} ${startTimeOf(process.pid) ?? ''} ${randomUUID()}`;
  const holder = takeIn(directory, { lock, mine });
  if (holder !== undefined) throw new SecondInstanceError(directory, holder.pid);
  return () => release(lock, mine);
}

/** Returns the holder of the lock if it is another living process. */
function takeIn(directory: string, { lock, mine }: { lock: string; mine: string }): Holder | undefined {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return take(lock, mine);
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    const holder = holderOf(lock);
    return holder !== undefined && isAlive(holder) ? holder : undefined;
  }
}

/** Returns the holder of the lock if it is another process. */
function take(lock: string, mine: string): Holder | undefined {
  const draft = `${lock}.${randomUUID()}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (tryLink(draft, lock)) return undefined;
      const holder = holderOf(lock);
      if (holder === undefined) continue;
      if (isAlive(holder)) return holder;
      if (replace(lock, { holder, draft, mine })) return undefined;
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return holderOf(lock) ?? { pid: 0, startTime: '', text: '' };
}

/** A hard link is atomic, also between two gateways that start simultaneously. */
function tryLink(draft: string, lock: string): boolean {
  try {
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Replaces a dead lock by ours. Of several gateways that find it dead only one
 * may, and only while it is still that lock: the right to replace it is a lock of
 * its own, named after it and taken in the same way.
 */
function replace(
  lock: string,
  { holder, draft, mine }: { holder: Holder; draft: string; mine: string },
): boolean {
  const right = `${lock}.${createHash('sha256').update(holder.text).digest('hex').slice(0, 16)}`;
  if (take(right, mine) !== undefined) return false;
  try {
    if (holderOf(lock)?.text !== holder.text) return false;
    // Keeps the draft, which the caller removes.
    const successor = `${draft}.successor`;
    linkSync(draft, successor);
    renameSync(successor, lock);
    return true;
  } finally {
    release(right, mine);
  }
}

/** Undefined when there is no such file. */
function holderOf(lock: string): Holder | undefined {
  try {
    const text = readFileSync(lock, 'utf8');
    const [pid = '', startTime = ''] = text.split(' ');
    return { pid: Number(pid) || 0, startTime, text };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive({ pid, startTime }: Holder): boolean {
  if (pid <= 0) return false;
  const actual = startTimeOf(pid);
  if (actual !== undefined) return startTime === '' || actual === startTime;
  // Where start times can be read, a process without one is gone.
  if (startTimeOf(process.pid) !== undefined) return false;
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
    // The data directory was removed: there is nothing to release.
  }
}
