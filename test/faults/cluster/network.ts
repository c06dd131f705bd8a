/** Every process of a cluster in a network of its own, behind one router that can drop what two of them exchange. */
import { connect, type NamespaceNames, run, runIn } from '../namespaces.ts';

export const WORKERS = ['worker-0', 'worker-1', 'worker-2', 'worker-3'] as const;
export const GATEWAYS = ['gateway-a', 'gateway-b'] as const;
export const HOSTS = ['cameras', 'database', 'pooler', ...GATEWAYS, ...WORKERS, 'viewers'] as const;
export const PLACES = ['router', ...HOSTS] as const;
export type Worker = (typeof WORKERS)[number];
export type Gateway = (typeof GATEWAYS)[number];
export type Host = (typeof HOSTS)[number];
export type ClusterNamespaces = NamespaceNames<(typeof PLACES)[number]>;

const RULES = 'table ip cluster { chain through { type filter hook forward priority filter; }; }';

/** Address of a host in its network. */
export const addressOf = (host: Host): string => `${networkOf(host)}.2`;

const networkOf = (host: Host): string => `10.72.${HOSTS.indexOf(host) + 1}`;

/** The networks and their router. */
export class ClusterNetwork {
  readonly names: ClusterNamespaces;

  constructor(names: ClusterNamespaces) {
    this.names = names;
    const { router } = names;
    for (const host of HOSTS) {
      const gate = `${networkOf(host)}.1`;
      connect(
        { namespace: names[host], device: 'lan', address: addressOf(host) },
        { namespace: router, device: host, address: gate },
      );
      run('ip', '-n', names[host], 'route', 'add', 'default', 'via', gate);
    }
    runIn(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    runIn(router, 'nft', RULES);
  }

  /** Drops every packet between a host and others, without a word. */
  cut(host: Host, others: readonly Host[]): void {
    for (const other of others)
      for (const [from, to] of [
        [host, other],
        [other, host],
      ] as const) {
        const rule = `ip saddr ${addressOf(from)} ip daddr ${addressOf(to)} drop`;
        runIn(this.names.router, 'nft', `add rule ip cluster through ${rule}`);
      }
  }

  /** Lets everything through again. */
  mend(): void {
    runIn(this.names.router, 'nft', 'flush chain ip cluster through');
  }
}
