/** What processes hold, as the kernel counts it (proc(5)). */
import { readdirSync, readFileSync } from 'node:fs';
import { childrenOf } from '../support/processes.ts';

/** Of one process, or of several together. */
export interface Resources {
  processes: number;
  rssMib: number;
  descriptors: number;
  threads: number;
}

/** What the gateway holds, and what its workers do. */
export function resourcesOf(gatewayPid: number): { gateway: Resources; workers: Resources } {
  return { gateway: sum([gatewayPid]), workers: sum(childrenOf(gatewayPid)) };
}

function sum(pids: readonly number[]): Resources {
  const held = pids.map(readOne);
  const total = (key: keyof Resources): number => held.reduce((result, one) => result + one[key], 0);
  return {
    processes: pids.length,
    rssMib: Math.round(total('rssMib')),
    descriptors: total('descriptors'),
    threads: total('threads'),
  };
}

function readOne(pid: number): Resources {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return {
    processes: 1,
    rssMib: field('VmRSS') / 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: field('Threads'),
  };
}
