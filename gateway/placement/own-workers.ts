/** The workers of this gateway as it tells the others of them. */
import { formatHost } from '#shared/contract/source/address.ts';
import { thisMachine } from '#shared/machine.ts';
import type { Labels } from '#shared/worker-labels.ts';
import { LEASE_MS } from '#shared/worker-lease.ts';
import type { ClusterConfig } from '../config/cluster.ts';
import type { RemotePool } from '../remote-workers/remote-pool.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { WorkerStatus } from '../supervisor/worker-status.ts';
import type { ChildPool } from '../worker-access/joined-pool.ts';
import type { SealedAddress } from './peer-pool.ts';

export interface OwnWorkersOptions {
  children: Pick<ChildPool<WorkerStatus>, 'address'>;
  names: readonly string[];
  cluster: ClusterConfig;
  remote: RemotePool | undefined;
  box: SecretBox;
  /** Whether this gateway gives a worker orders. */
  keeps: (worker: string) => boolean;
  /** Of the children. */
  labels: Labels;
}

/** The workers whose leases this gateway renews: a child that is being restarted among them. */
export class OwnWorkers {
  readonly #options: OwnWorkersOptions;
  readonly #seen = new Map<string, { at: number; plain: string; sealed: string }>();

  constructor(options: OwnWorkersOptions) {
    this.#options = options;
  }

  list() {
    const { names, cluster, remote, labels, keeps } = this.#options;
    const remotes = (remote?.answers() ?? []).flatMap(({ name, labels, capacity, silentMs, isEnding }) => {
      const worker = { name, capacity, silentMs, address: null, labels: JSON.stringify(labels) };
      if (isEnding !== true) return [worker];
      // Its keeper ends its lease, so that others take its cameras while it still runs them.
      return keeps(name) ? [{ ...worker, silentMs: LEASE_MS }] : [];
    });
    if (cluster.advertisedHost === undefined) return remotes;
    const capacity = thisMachine().cores / Math.max(1, names.length);
    const children = names.flatMap((name) => {
      const found = this.#addressOf(name, cluster.advertisedHost as string);
      return found === undefined ? [] : [{ name, ...found, labels: JSON.stringify(labels), capacity }];
    });
    return [...children, ...remotes];
  }

  #addressOf(name: string, host: string): { address: string; silentMs: number } | undefined {
    const now = performance.now();
    const address = this.#options.children.address(name);
    const seen = this.#seen.get(name);
    if (address === undefined) {
      const silentMs = now - (seen?.at ?? Number.NEGATIVE_INFINITY);
      return seen !== undefined && silentMs < LEASE_MS ? { address: seen.sealed, silentMs } : undefined;
    }
    const origin = `http://${formatHost(host)}:${new URL(address.origin).port}`;
    const plain = JSON.stringify({ origin, token: address.token } satisfies SealedAddress);
    // Sealing the same again gives another text.
    const sealed = seen?.plain === plain ? seen.sealed : this.#options.box.seal(plain);
    this.#seen.set(name, { at: now, plain, sealed });
    return { address: sealed, silentMs: 0 };
  }
}
