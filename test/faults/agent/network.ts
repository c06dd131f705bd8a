/**
 * Home and cloud as they are on the internet: cameras and an agent behind a router that masquerades and lets nothing in,
 * a line of which delay, loss and rate can be set, and a public host.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { configure, connect, type NamespaceNames, run, runIn, spawnIn } from '../namespaces.ts';

/** Cameras, agent, router with NAT, gateway and proxy, viewers. */
export const PLACES = ['cameras', 'agent', 'router', 'cloud', 'viewers'] as const;
export type AgentNamespaces = NamespaceNames<(typeof PLACES)[number]>;

/** Addresses: RFC 1918 at home, RFC 5737 on the line. */
export const ADDRESS = {
  camera: '192.168.71.20',
  agent: '192.168.71.30',
  routerAtHome: '192.168.71.1',
  router: '198.51.100.2',
  cloud: '203.0.113.1',
  cloudToViewers: '10.71.0.1',
  viewers: '10.71.0.2',
} as const;

const HOME_NETWORK = '192.168.71.0/24';
const WIRE = fileURLToPath(new URL('wire.py', import.meta.url));
/** Small enough to keep little of what is late, as home routers with a short queue do. */
const QUEUE_MS = 400;
/** What a home router does. */
const ROUTER_RULES = `
table ip router {
  chain out { type nat hook postrouting priority srcnat; oifname "line" masquerade; }
  chain through {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "lan" accept
  }
  chain to_router { type filter hook input priority filter; iifname "line" ct state new drop; }
}
table ip weather {
  chain through { type filter hook forward priority -10; }
}`;

/** The line between home and cloud. */
export class Network {
  readonly names: AgentNamespaces;
  readonly #wire: ChildProcess;

  private constructor(names: AgentNamespaces, wire: ChildProcess) {
    this.names = names;
    this.#wire = wire;
  }

  static async open(names: AgentNamespaces): Promise<Network> {
    const { cameras, agent, router, cloud, viewers } = names;
    run('ip', '-n', router, 'link', 'add', 'lan', 'type', 'bridge');
    for (const [namespace, device, address] of [
      [cameras, 'cameras', ADDRESS.camera],
      [agent, 'agent', ADDRESS.agent],
    ] as const) {
      connect({ namespace, device: 'lan', address }, { namespace: router, device });
      run('ip', '-n', router, 'link', 'set', device, 'master', 'lan');
      run('ip', '-n', namespace, 'route', 'add', 'default', 'via', ADDRESS.routerAtHome);
      // Packets of the size of the line: loss would otherwise hit dozens that travel as one here.
      run('ip', '-n', namespace, 'link', 'set', 'lan', 'gso_max_segs', '1');
    }
    configure({ namespace: router, device: 'lan', address: ADDRESS.routerAtHome });
    connect(
      { namespace: cloud, device: 'viewers', address: ADDRESS.cloudToViewers },
      { namespace: viewers, device: 'cloud', address: ADDRESS.viewers },
    );
    const wire = spawnIn(router, ['python3', WIRE, router, 'line', cloud, 'line']);
    wire.stderr?.pipe(process.stderr);
    if (wire.stdout) await once(wire.stdout, 'data');
    for (const [namespace, own, peer] of [
      [router, ADDRESS.router, ADDRESS.cloud],
      [cloud, ADDRESS.cloud, ADDRESS.router],
    ] as const) {
      run('ip', '-n', namespace, 'addr', 'add', own, 'peer', peer, 'dev', 'line');
      run('ip', '-n', namespace, 'link', 'set', 'line', 'up');
    }
    // The worst case: the provider knows the way, and only the router stands in it.
    run('ip', '-n', cloud, 'route', 'add', HOME_NETWORK, 'dev', 'line');
    runIn(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    runIn(router, 'nft', ROUTER_RULES);
    return new Network(names, wire);
  }

  /** Round trip of the line itself, milliseconds. */
  delay(roundTripMs: number): void {
    this.#wire.stdin?.write(`${roundTripMs / 2}\n`);
  }

  /** Loses this share of the packets, each way, per cent; 100 cuts the line without a word. */
  lose(percent: number): void {
    const { router } = this.names;
    runIn(router, 'nft', 'flush chain ip weather through');
    const which = percent < 100 ? `numgen random mod 100 < ${percent}` : '';
    for (const way of percent > 0 ? ['iifname', 'oifname'] : [])
      runIn(router, 'nft', `add rule ip weather through ${way} "line" ${which} drop`);
  }

  /** Limits what leaves home; undefined: no limit. */
  limitUplink(megabits: number | undefined): void {
    const device = ['dev', 'line', 'root'];
    const { router } = this.names;
    run('tc', '-n', router, 'qdisc', 'replace', ...device, 'pfifo', 'limit', '1000');
    if (megabits !== undefined)
      run(
        'tc',
        '-n',
        router,
        'qdisc',
        'replace',
        ...device,
        'tbf',
        'rate',
        `${megabits}mbit`,
        'burst',
        '8kb',
        'latency',
        `${QUEUE_MS}ms`,
      );
  }

  /** Bytes that left home so far. */
  uplinkBytes(): number {
    return Number(runIn(this.names.cloud, 'cat', '/sys/class/net/line/statistics/rx_bytes'));
  }
}
