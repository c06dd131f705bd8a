/** The workers of agents beside those of the supervisor, as one pool. */
import { EventEmitter } from 'node:events';
import type { WorkerStatus } from '../supervisor/worker-status.ts';
import { agentWorker } from '../worker-access/agent-worker.ts';
import type { FurtherPool } from '../worker-access/joined-pool.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import type { AgentSession } from './agent-session.ts';
import type { PeerLink } from './peer-link.ts';

/** An agent that is connected to another gateway on the same database. */
export interface LinkElsewhere {
  /** Of the agent. */
  name: string;
  /** Name of that gateway. */
  gateway: string;
  /** Names the connection of the agent. */
  session: string;
  version: string;
  address: string;
  /** ISO 8601. */
  since: string;
  latencyMs: number | null;
  workerToken: string;
  way: PeerLink;
}

interface Known {
  session: AgentSession | undefined;
  /** While there is no session here. */
  elsewhere: LinkElsewhere | undefined;
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
    for (const name of gone) {
      const hadLink = this.#agents.get(name)?.elsewhere !== undefined;
      this.#leave(name);
      this.#agents.delete(name);
      if (hadLink) this.#events.emit('down', agentWorker(name));
    }
    for (const name of names) if (!this.#agents.has(name)) this.#set(name, { epoch: 0 });
    return gone;
  }

  /** An agent is connected. @param doorOrigin where other processes of this machine reach its worker */
  add(session: AgentSession, doorOrigin: string): void {
    const { name, workerToken } = session.facts;
    // One that ended meanwhile must not take the place of a newer one.
    if (!this.#agents.has(name) || !session.isOpen) return;
    const { link, since } = session;
    this.#enter(name, { session, since }, { token: workerToken, link, doorOrigin });
    session.onEnd(() => this.#onEnd(session));
  }

  /** Learns which agents are connected to other gateways, all of them. */
  learn(links: readonly LinkElsewhere[]): void {
    const byName = new Map(links.map((link) => [link.name, link]));
    for (const [name, known] of this.#agents) {
      const elsewhere = byName.get(name);
      if (known.session !== undefined || (elsewhere === undefined && known.elsewhere === undefined)) continue;
      if (elsewhere === undefined) this.#setOffline(name, known);
      else if (elsewhere.session === known.elsewhere?.session)
        this.#agents.set(name, { ...known, elsewhere });
      else {
        const {
          way: { link, pictures },
          workerToken: token,
        } = elsewhere;
        this.#enter(
          name,
          { elsewhere, since: new Date(elsewhere.since) },
          { token, link, pictures, isElsewhere: true },
        );
      }
    }
  }

  /** The session of an agent that is connected to this gateway. */
  session(name: string): AgentSession | undefined {
    return this.#agents.get(name)?.session;
  }

  /** All of them. */
  sessions(): AgentSession[] {
    return [...this.#agents.values()].flatMap(({ session }) => session ?? []);
  }

  /** Facts of an agent that is connected to another gateway. */
  elsewhere(name: string): LinkElsewhere | undefined {
    return this.#agents.get(name)?.elsewhere;
  }

  /** Whether an agent is connected, to this gateway or another. */
  isOnline(name: string): boolean {
    return this.#agents.get(name)?.address !== undefined;
  }

  /** When an agent went online or offline. */
  since(name: string): Date | undefined {
    return this.#agents.get(name)?.since;
  }

  status(): WorkerStatus[] {
    return [...this.#agents].map(([name, { address, epoch, since }]) => ({
      name: agentWorker(name),
      kind: 'agent',
      state: address === undefined ? 'unready' : 'ready',
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

  /** A connection counts in place of the one before. */
  #enter(
    name: string,
    known: Partial<Known>,
    way: Pick<WorkerAddress, 'token' | 'link' | 'pictures' | 'doorOrigin' | 'isElsewhere'>,
  ): void {
    const before = this.#agents.get(name);
    const worker = agentWorker(name);
    this.#leave(name);
    if (before?.address !== undefined) this.#events.emit('down', worker);
    const epoch = (before?.epoch ?? 0) + 1;
    const address: WorkerAddress = { name: worker, origin: `http://${worker}`, epoch, details: {}, ...way };
    this.#set(name, { ...known, address, epoch });
    this.#events.emit('ready', address);
  }

  #onEnd(session: AgentSession): void {
    const { name } = session.facts;
    const known = this.#agents.get(name);
    if (known === undefined) this.#events.emit('down', agentWorker(name));
    else if (known.session === session) this.#setOffline(name, known);
  }

  #setOffline(name: string, { epoch }: Known): void {
    this.#leave(name);
    this.#set(name, { epoch });
    this.#events.emit('down', agentWorker(name));
  }

  #set(name: string, known: Partial<Known> & { epoch: number }): void {
    const none = { session: undefined, elsewhere: undefined, address: undefined, since: new Date() };
    this.#agents.set(name, { ...none, ...known });
  }

  /** Connections through another gateway are of no use any more; a session ends its own. */
  #leave(name: string): void {
    this.#agents.get(name)?.elsewhere?.way.close();
  }
}
