/** Where remote workers listen: a fixed list, and what a name stands for. */
import { lookup, resolveSrv } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import type { RemoteWorkersConfig, WorkerDns } from '../config/remote-workers.ts';

/** The part of `node:dns` that is needed. */
export interface NameService {
  lookup(name: string, options: { all: true }): Promise<{ address: string }[]>;
  resolveSrv(name: string): Promise<{ name: string; port: number }[]>;
}

/** Origins of all workers, as of now; each once. @throws Error of the look-up */
export async function listEndpoints(
  { urls, dns }: Pick<RemoteWorkersConfig, 'urls' | 'dns'>,
  names: NameService = { lookup, resolveSrv },
): Promise<string[]> {
  const found = dns === undefined ? [] : await lookUp(dns, names);
  return [...new Set([...urls, ...found])];
}

async function lookUp({ protocol, name, port }: WorkerDns, names: NameService): Promise<string[]> {
  if (port === undefined) {
    const records = await names.resolveSrv(name);
    return records.map((record) => `${protocol}//${record.name}:${record.port}`);
  }
  const addresses = await names.lookup(name, { all: true });
  return addresses.map(({ address }) => `${protocol}//${isIPv6(address) ? `[${address}]` : address}:${port}`);
}
