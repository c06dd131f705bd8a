/** What processes cost, as the kernel counts it (proc(5)). */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** The kernel's clock ticks per second on every Linux that runs Node. */
const TICKS_PER_SECOND = 100;
const KIB = 1024;
const MIB = 1024 * KIB;

/** CPU time of processes so far, seconds. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }, 0);
}

/** Share of one core that processes take over some seconds, per cent. */
export async function cpuShare(pids: readonly number[], seconds: number): Promise<number> {
  const [startedAt, before] = [performance.now(), cpuSeconds(pids)];
  await delay(seconds * 1000);
  return ((cpuSeconds(pids) - before) * 100_000) / (performance.now() - startedAt);
}

/** Resident memory of processes, MiB. */
export function rssMib(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kib = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    return sum + (kib * KIB) / MIB;
  }, 0);
}

/** A percentile of numbers, 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
