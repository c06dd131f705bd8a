/** Who a pid is: pids are reused, start time and command line together are not (proc(5)). */
import { readFileSync } from 'node:fs';

/** Positions in `/proc/<pid>/stat` behind the command name. */
const STATE = 0;
const THREADS = 17;
const START_TIME = 19;

/** Start time of a process in clock ticks since boot; undefined when it is gone, a zombie, or unknown here. */
export function startTimeOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The command name stands in parentheses and may hold anything, parentheses too.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined) return undefined;
  const isDead = fields[STATE] === 'Z' || fields[STATE] === 'X';
  // A zombie whose other threads still run holds its ports and files.
  return isDead && Number(fields[THREADS]) <= 1 ? undefined : fields[START_TIME];
}

/** Command line of a process, its words separated by blanks. */
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
