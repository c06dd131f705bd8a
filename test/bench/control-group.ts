/** A control group of Linux with a limit of memory (cgroups(7)), of version 2 or 1; root alone may make one. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const VERSIONS = [
  {
    root: '/sys/fs/cgroup',
    mark: 'cgroup.controllers',
    limit: 'memory.max',
    peak: 'memory.peak',
    kills: 'memory.events',
  },
  {
    root: '/sys/fs/cgroup/memory',
    mark: 'memory.limit_in_bytes',
    limit: 'memory.limit_in_bytes',
    peak: 'memory.max_usage_in_bytes',
    kills: 'memory.oom_control',
  },
] as const;

/** A group until it is removed. */
export class ControlGroup {
  readonly #folder: string;
  readonly #files: (typeof VERSIONS)[number];

  private constructor(folder: string, files: (typeof VERSIONS)[number]) {
    this.#folder = folder;
    this.#files = files;
  }

  /** @returns undefined where none can be made */
  static create(name: string, maxBytes: number): ControlGroup | undefined {
    const files = VERSIONS.find(({ root, mark }) => existsSync(join(root, mark)));
    if (files === undefined) return undefined;
    const group = new ControlGroup(join(files.root, name), files);
    try {
      mkdirSync(group.#folder);
      writeFileSync(join(group.#folder, files.limit), String(maxBytes));
      return group;
    } catch {
      return undefined;
    }
  }

  /** Words before a shell command that put it into the group. */
  get launcher(): readonly string[] {
    return ['sh', '-c', `echo $$ > ${join(this.#folder, 'cgroup.procs')} && exec sh -c "$0"`];
  }

  /** Processes that the kernel killed for want of memory. */
  get kills(): number {
    return Number(/^oom_kill (\d+)/m.exec(this.#read(this.#files.kills))?.[1] ?? 0);
  }

  /** The most that was used, files in the page cache included, bytes. */
  get peakBytes(): number {
    return Number(this.#read(this.#files.peak));
  }

  /** Removes the group once its processes are gone. */
  remove(): void {
    rmdirSync(this.#folder);
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8');
  }
}
