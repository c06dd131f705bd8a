/** Identifies a process: pids are reused, but not with the same start time and command line (proc(5)). */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Field positions in `/proc/<pid>/stat` after the command name. */
const STATE = 0;
const THREADS = 17;
const START_TIME = 19;

/**
 * Start time, in clock ticks since boot or as `ps` writes it; undefined if the process is gone, a zombie,
 * or not readable.
 */
export function startTimeOf(pid: number): string | undefined {
  return read('/proc/self/stat') === undefined ? startTimeByPs(pid) : startTimeByProc(pid);
}

/** Start time as `ps` writes it, to the second and without blanks, for systems without `/proc` (macOS). */
export function startTimeByPs(pid: number): string | undefined {
  try {
    const text = execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], {
      env: { TZ: 'UTC', LC_ALL: 'C' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.trim().replaceAll(/\s+/g, '-') || undefined;
  } catch {
    return undefined;
  }
}

function startTimeByProc(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The command name is in parentheses and may contain any character, parentheses too.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined) return undefined;
  const isDead = fields[STATE] === 'Z' || fields[STATE] === 'X';
  // A zombie whose other threads still run holds its ports and files.
  return isDead && Number(fields[THREADS]) <= 1 ? undefined : fields[START_TIME];
}

/** Command line of a process, words separated by blanks. */
export function commandOf(pid: number): string | undefined {
  return read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim();
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
