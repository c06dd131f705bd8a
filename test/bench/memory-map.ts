/** What a process keeps in memory, by kind (proc(5), `smaps`). */
import { readFileSync } from 'node:fs';

/** Proportional set sizes in MiB: pages that processes share are divided among them. */
export interface MemoryMap {
  /** Objects of JavaScript. */
  heap: number;
  /** Machine code: of programs and libraries, and what V8 has compiled. */
  code: number;
  /** Other pages of files: constants and tables of programs and libraries. */
  files: number;
  /** What malloc(3) hands out: buffers, FFmpeg, SQLite. */
  native: number;
  stacks: number;
  total: number;
}

const KIB_PER_MIB = 1024;
/** V8 puts its heap at random addresses below the area where the kernel maps files and malloc's memory. */
const V8_BELOW = 0x4000_0000_0000n;
const MAX_GUARD_BYTES = 65_536n;
const HEADER = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \d+ *(.*)$/;

interface Mapping {
  start: bigint;
  end: bigint;
  flags: string;
  path: string;
  pssKib: number;
}

/** Reads the memory of one process; zeros for one that is gone. */
export function readMemoryMap(pid: number): MemoryMap {
  const map = { heap: 0, code: 0, files: 0, native: 0, stacks: 0, total: 0 };
  let before: Mapping | undefined;
  for (const mapping of readMappings(pid)) {
    const mib = mapping.pssKib / KIB_PER_MIB;
    map[kindOf(mapping, before)] += mib;
    map.total += mib;
    before = mapping;
  }
  return map;
}

function readMappings(pid: number): Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of smapsOf(pid).split('\n')) {
    const [, start, end, flags = '', path = ''] = HEADER.exec(line) ?? [];
    if (start !== undefined)
      mappings.push({ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`), flags, path, pssKib: 0 });
    const pss = /^Pss: +(\d+)/.exec(line)?.[1];
    const last = mappings.at(-1);
    if (pss !== undefined && last !== undefined) last.pssKib = Number(pss);
  }
  return mappings;
}

function smapsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/smaps`, 'utf8');
  } catch {
    return '';
  }
}

function kindOf(mapping: Mapping, before: Mapping | undefined): Exclude<keyof MemoryMap, 'total'> {
  const { flags, path, start } = mapping;
  if (flags.includes('x')) return 'code';
  if (path.startsWith('/')) return 'files';
  if (path === '[stack]' || isThreadStack(mapping, before)) return 'stacks';
  if (path === '') return start < V8_BELOW ? 'heap' : 'native';
  return 'native';
}

/** The stack of a thread grows down towards a small area that must not be touched. */
function isThreadStack({ path, start }: Mapping, before: Mapping | undefined): boolean {
  if (path !== '' || before === undefined || before.end !== start) return false;
  return before.flags.startsWith('---') && before.end - before.start <= MAX_GUARD_BYTES;
}
