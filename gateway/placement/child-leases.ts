/** Renews the leases of children: they give up what they run when this process is frozen for longer than that. */
import { RemoteWorker } from '../remote-workers/remote-worker.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';

export interface ChildLeasesOptions {
  children: {
    onReady(listener: (address: WorkerAddress) => void): () => void;
    onDown(listener: (name: string) => void): () => void;
  };
  /** Names of the children that run cameras. */
  names: readonly string[];
  termOf: (worker: string) => number | undefined;
  /** A child gave up what it ran. */
  onLapse: (name: string) => void;
}

/** From its making to close. */
export class ChildLeases {
  readonly #options: ChildLeasesOptions;
  readonly #leases = new Map<string, RemoteWorker>();
  readonly #ends: (() => void)[];

  constructor(options: ChildLeasesOptions) {
    this.#options = options;
    this.#ends = [
      options.children.onReady((address) => this.#begin(address)),
      options.children.onDown((name) => void this.#end(name)),
    ];
  }

  async close(): Promise<void> {
    for (const end of this.#ends) end();
    await Promise.all([...this.#leases.keys()].map((name) => this.#end(name)));
  }

  #begin({ name, origin, token }: WorkerAddress): void {
    const { names, termOf, onLapse } = this.#options;
    if (!names.includes(name)) return;
    void this.#end(name);
    let lapses = 0;
    const lease = new RemoteWorker({
      ...{ origin, token, termOf },
      onChange: ({ answer }) => {
        if (answer === undefined || answer.lapses === lapses) return;
        lapses = answer.lapses;
        onLapse(name);
      },
      onBroken: () => {},
    });
    this.#leases.set(name, lease);
    lease.start();
  }

  async #end(name: string): Promise<void> {
    const lease = this.#leases.get(name);
    this.#leases.delete(name);
    await lease?.close();
  }
}
