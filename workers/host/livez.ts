/** `GET /livez` of every worker. Does no blocking I/O and touches no camera. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Livez } from '#shared/worker-protocol.ts';
import type { HostConfig } from './config.ts';

/** The response: the event loop runs, which process this is, and which resources it holds. */
export function livez(config: HostConfig): Livez {
  return {
    status: 'alive',
    instance: config.instance,
    epoch: config.epoch,
    rss: process.memoryUsage.rss(),
    cpuMs: processorMs(),
    ...descriptors(),
  };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1000);
}

function descriptors(): { fds?: number; fdLimit?: number } {
  try {
    const fds = readdirSync('/proc/self/fd').length;
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return { fds, ...(limit === undefined ? {} : { fdLimit: Number(limit) }) };
  } catch {
    // Only Linux has /proc; the leak guard then works without the count.
    return {};
  }
}
