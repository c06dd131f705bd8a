/** The workers of agents beside those of the supervisor, as one pool. */
import { EventEmitter } from 'node:events';
import type { WorkerStatus } from '../supervisor/worker-status.ts';
import { agentWorker } from '../worker-access/agent-worker.ts';
import type { FurtherPool } from '../worker-access/joined-pool.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import type { AgentSession } from './agent-session.ts';

interface Known {
  session: AgentSession | undefined;
  address: WorkerAddress | undefined;
  /** Sessions so far. */
  epoch: number;
  /** When it went online or offline. */
  since: Date;
}

/** Workers of agents, by the name of the agent. */
export class AgentPool implements FurtherPool<WorkerStatus> {
  readonly #agents = new Map<string, Known>();
  readonly #events = new EventEmitter<{ ready: [WorkerAddress]; down: [string] }>();

  /** Agents come by themselves. */
  start(): void {}

  /** What lets them in ends them. */
  async stop(): Promise<void> {}

  /** The pings of their links never rest. */
  probeNow(): void {}

  /** Learns which agents there are. @returns those that are no more */
  retain(names: readonly string[]): string[] {
    const gone = [...this.#agents.keys()].filter((name) => !names.includes(name));
    for (const name of gone) this.#agents.delete(name);
    for (const name of names) {
      if (!this.#agents.has(name))
        this.#agents.set(name, { session: undefined, address: undefined, epoch: 0, since: new Date() });
    }
    return gone;
  }

  /** An agent is connected. @param doorOrigin where other processes of this machine reach its worker */
  add(session: AgentSession, doorOrigin: string): void {
    const { name, workerToken } = session.facts;
    const known = this.#agents.get(name);
    // One that ended meanwhile must not take the place of a newer one.
    if (known === undefined || !session.isOpen) return;
    const worker = agentWorker(name);
    if (known.address !== undefined) this.#events.emit('down', worker);
    const epoch = known.epoch + 1;
    const address: WorkerAddress = {
      name: worker,
      origin: `http://${worker}`,
      token: workerToken,
      epoch,
      details: {},
      link: session.link,
      doorOrigin,
    };
    this.#agents.set(name, { session, address, epoch, since: session.since });
    session.onEnd(() => this.#onEnd(session));
    this.#events.emit('ready', address);
  }

  /** The session of an agent that is online. */
  session(name: string): AgentSession | undefined {
    return this.#agents.get(name)?.session;
  }

  /** When an agent went online or offline. */
  since(name: string): Date | undefined {
    return this.#agents.get(name)?.since;
  }

  status(): WorkerStatus[] {
    return [...this.#agents].map(([name, { session, epoch, since }]) => ({
      name: agentWorker(name),
      kind: 'agent',
      state: session === undefined ? 'unready' : 'ready',
      isRequired: false,
      port: undefined,
      pid: undefined,
      epoch,
      restarts: Math.max(0, epoch - 1),
      recycles: 0,
      since: since.toISOString(),
      flapping: false,
    }));
  }

  address(worker: string): WorkerAddress | undefined {
    return [...this.#agents.values()].find(({ address }) => address?.name === worker)?.address;
  }

  onReady(listener: (address: WorkerAddress) => void): () => void {
    for (const { address } of this.#agents.values()) if (address !== undefined) listener(address);
    this.#events.on('ready', listener);
    return () => void this.#events.off('ready', listener);
  }

  onDown(listener: (name: string) => void): () => void {
    this.#events.on('down', listener);
    return () => void this.#events.off('down', listener);
  }

  #onEnd(session: AgentSession): void {
    const { name } = session.facts;
    const known = this.#agents.get(name);
    if (known !== undefined && known.session !== session) return;
    if (known !== undefined)
      this.#agents.set(name, { ...known, session: undefined, address: undefined, since: new Date() });
    this.#events.emit('down', agentWorker(name));
  }
}
