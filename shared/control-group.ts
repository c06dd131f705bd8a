/** The memory that control groups of Linux grant to this process (cgroups(7)), of version 2 and 1. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the kernel tells; others in tests. */
export interface ControlGroupFiles {
  /** The groups of this process. */
  groups: string;
  /** Where the groups are mounted. */
  root: string;
}

const FILES: ControlGroupFiles = { groups: '/proc/self/cgroup', root: '/sys/fs/cgroup' };

/**
 * The lowest limit of the group of this process and of all groups around it: `process.constrainedMemory()` reads the
 * innermost alone, and a service is often limited by its slice.
 * @returns bytes; undefined where there is no limit, and outside Linux
 */
export function grantedMemory(files: ControlGroupFiles = FILES): number | undefined {
  const limits = (read(files.groups) ?? '').split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.+)$/.exec(line) ?? [];
    if (path === undefined) return [];
    if (controllers === '') return limitsUp(files.root, path, ['memory.max', 'memory.high']);
    if (controllers?.split(',').includes('memory') !== true) return [];
    return limitsUp(join(files.root, 'memory'), path, ['memory.limit_in_bytes']);
  });
  const lowest = Math.min(...limits);
  return Number.isFinite(lowest) ? lowest : undefined;
}

/** Limits of a group and all above it. In a container the path may be that of the host: then its root counts. */
function limitsUp(root: string, path: string, names: readonly string[]): number[] {
  const parts = path.split('/').filter((part) => part !== '');
  const folders = Array.from({ length: parts.length + 1 }, (_, depth) =>
    join(root, ...parts.slice(0, depth)),
  );
  return folders.flatMap((folder) => names.flatMap((name) => numberIn(join(folder, name))));
}

/** Empty for `max`, for a missing file, and for the number that version 1 writes for no limit. */
function numberIn(file: string): number[] {
  const value = Number(read(file)?.trim() || Number.NaN);
  return Number.isSafeInteger(value) && value > 0 ? [value] : [];
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
