/**
 * Lets every gateway on a database reach every agent: each tells to which agents it has the link, and how they are
 * reached through it, and learns the same of the others. Without the database everything stays as it is.
 */
import { CLOSE_REPLACED } from '#shared/agent-link.ts';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { LEASE_MS } from '#shared/worker-lease.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { AgentPool, LinkElsewhere } from './agent-pool.ts';
import type { AgentSession } from './agent-session.ts';
import type { KnownLink, LinkRepository, OwnLink } from './link-repository.ts';
import type { PeerDoor } from './peer-door.ts';
import { PeerLink, type PeerWay } from './peer-link.ts';

export interface SharedLinksOptions {
  repository: Pick<LinkRepository, 'renew' | 'release' | 'read'>;
  pool: AgentPool;
  box: Pick<SecretBox, 'seal' | 'open'>;
  /** Name of this gateway. */
  name: string;
  /** Host at which other gateways reach the door. */
  advertisedHost: string;
  /** Opens it, with the first agent. */
  openDoor: () => Promise<PeerDoor>;
  /** Whether there are agents at all. */
  isNeeded: () => boolean;
  log: Logger;
}

const EVERY_MS = 500;
const RENEW_MS = 1000;

/** Runs from start to close. */
export class SharedLinks {
  readonly #options: SharedLinksOptions;
  readonly #job: PeriodicJob;
  readonly #ways = new Map<string, string>();
  #door: PeerDoor | undefined;
  #ended: string[] = [];
  /** Sessions that have had a row. */
  #told: ReadonlySet<string> = new Set();
  #renewedAt = Number.NEGATIVE_INFINITY;
  #readAt = Number.NEGATIVE_INFINITY;
  /** Until then rows that were not renewed count: their gateways may have been without the database, too. */
  #trustUntil = Number.NEGATIVE_INFINITY;

  #isFailing = false;

  constructor(options: SharedLinksOptions) {
    const { log } = options;
    this.#options = options;
    this.#job = new PeriodicJob({
      run: () => this.#round(),
      onError: (error) => {
        if (!this.#isFailing) log.warn({ reason: messageOf(error) }, 'links of agents are not shared');
        this.#isFailing = true;
      },
      everyMs: EVERY_MS,
    });
  }

  start(): void {
    this.#job.start();
  }

  /** An agent has connected: the others learn of it immediately, and of its end. */
  add(session: AgentSession): void {
    session.onEnd(() => {
      this.#ended.push(session.id);
      this.#ways.delete(session.id);
      this.#job.runNow();
    });
    this.#job.runNow();
  }

  /** Tells the others that no agent is reached through this gateway any more. */
  async close(): Promise<void> {
    await this.#job.close();
    this.#options.pool.learn([]);
    const sessions = [...this.#options.pool.sessions().map(({ id }) => id), ...this.#ended];
    if (sessions.length > 0) await this.#options.repository.release(sessions).catch(() => {});
  }

  async #round(): Promise<void> {
    const { repository, pool, isNeeded, openDoor } = this.#options;
    if (!isNeeded() && this.#ended.length === 0) return;
    this.#door ??= await openDoor();
    const ended = this.#ended;
    if (ended.length > 0) await repository.release(ended);
    this.#ended = this.#ended.filter((session) => !ended.includes(session));
    await this.#renew(pool.sessions(), this.#door);
    const rows = await repository.read();
    const now = performance.now();
    if (now - this.#readAt > LEASE_MS / 2) this.#trustUntil = now + LEASE_MS;
    this.#readAt = now;
    this.#isFailing = false;
    pool.learn(rows.flatMap((row) => this.#elsewhere(row) ?? []));
  }

  async #renew(sessions: readonly AgentSession[], door: PeerDoor): Promise<void> {
    const { repository, log } = this.#options;
    const fresh = sessions.map(({ id }) => id).filter((id) => !this.#told.has(id));
    const now = performance.now();
    if (sessions.length === 0 || (fresh.length === 0 && now - this.#renewedAt < RENEW_MS)) return;
    const held = await repository.renew(
      sessions.map((session) => this.#own(session, door)),
      fresh,
    );
    this.#renewedAt = now;
    this.#told = new Set(sessions.map(({ id }) => id));
    for (const session of sessions) {
      if (held.includes(session.id)) continue;
      log.info({ agent: session.facts.name }, 'an agent is connected to another gateway now');
      session.close(CLOSE_REPLACED, 'another connection with this token took its place');
    }
  }

  #own(session: AgentSession, door: PeerDoor): OwnLink {
    const { id, since, latencyMs, facts } = session;
    const { name, version, address = '127.0.0.1', workerToken } = facts;
    const shown = { version, address, since: since.toISOString(), latencyMs: latencyMs ?? null };
    return {
      agent: name,
      session: id,
      way: this.#wayTo(id, workerToken, door),
      facts: JSON.stringify(shown),
    };
  }

  /** Sealing the same again gives another text. */
  #wayTo(session: string, workerToken: string, { port, token }: PeerDoor): string {
    const { box, advertisedHost: host } = this.#options;
    const way = this.#ways.get(session) ?? box.seal(JSON.stringify({ host, port, token, workerToken }));
    this.#ways.set(session, way);
    return way;
  }

  #elsewhere({ agent, gateway, session, way, facts, isAlive }: KnownLink): LinkElsewhere | undefined {
    const { name, pool, box } = this.#options;
    // What it told before it was killed, or a moment ago.
    if (gateway === name) return undefined;
    const known = pool.elsewhere(agent);
    const isSame = known?.session === session;
    if (!isAlive && !(isSame && performance.now() < this.#trustUntil)) return undefined;
    const shown = { name: agent, gateway, session, ...JSON.parse(facts) };
    if (isSame) return { ...known, ...shown };
    try {
      const peer = JSON.parse(box.open(way)) as PeerWay;
      return { ...shown, workerToken: peer.workerToken, way: new PeerLink(peer, agent) };
    } catch {
      // It was sealed with another SECRET_KEY.
      return undefined;
    }
  }
}
