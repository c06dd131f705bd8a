/**
 * The table `agent_links` in PostgreSQL: to which gateway each agent is connected. Each method is one statement,
 * times are those of the database's clock.
 */
import { sql } from 'kysely';
import { LEASE_MS } from '#shared/worker-lease.ts';
import { DATABASE_NOW } from '../store/database-clock.ts';
import type { AgentLinksTable } from '../store/shared-tables.ts';
import type { Store } from '../store/store.ts';

/** An agent that is connected to this gateway. */
export type OwnLink = Omit<AgentLinksTable, 'until' | 'gateway'>;

/** A row as all gateways see it. */
export type KnownLink = Omit<AgentLinksTable, 'until'> & { isAlive: boolean };

const FORGOTTEN_AFTER_MS = 24 * 3_600_000;

/** Reads and writes for one gateway. */
export class LinkRepository {
  readonly #store: Pick<Store, 'db'>;
  readonly #gateway: string;

  /** @param gateway name of this one */
  constructor(store: Pick<Store, 'db'>, gateway: string) {
    this.#store = store;
    this.#gateway = gateway;
  }

  /**
   * Renews the rows of sessions; a new session takes the row of its agent from every other.
   * @param fresh sessions that have had no row yet
   * @returns the sessions that have their row; another has begun since, at another gateway, for an agent of no row
   */
  async renew(links: readonly OwnLink[], fresh: readonly string[]): Promise<string[]> {
    const { rows } = await sql<{ session: string }>`
      insert into agent_links (agent, gateway, session, until, way, facts)
      select r.agent, ${this.#gateway}, r.session, ${DATABASE_NOW} + ${LEASE_MS}::bigint, r.way, r.facts
      from json_to_recordset(${JSON.stringify(links)}::json) as r(agent text, session text, way text, facts text)
      order by r.agent
      on conflict (agent) do update set gateway = excluded.gateway, session = excluded.session,
        until = excluded.until, way = excluded.way, facts = excluded.facts
      where agent_links.session = excluded.session or agent_links.until < ${DATABASE_NOW}
        or excluded.session in (select json_array_elements_text(${JSON.stringify(fresh)}::json))
      returning session`.execute(this.#store.db);
    return rows.map(({ session }) => session);
  }

  /** Sessions that ended: what they had is over. Forgets agents that stayed away for a day. */
  async release(sessions: readonly string[]): Promise<void> {
    await sql`
      delete from agent_links where until < ${DATABASE_NOW} - ${FORGOTTEN_AFTER_MS}::bigint
        or session in (select json_array_elements_text(${JSON.stringify(sessions)}::json))`.execute(
      this.#store.db,
    );
  }

  /** Every row, by the name of the agent. */
  async read(): Promise<KnownLink[]> {
    const { rows } = await sql<KnownLink>`
      select agent, gateway, session, way, facts, until > ${DATABASE_NOW} as "isAlive"
      from agent_links order by agent`.execute(this.#store.db);
    return rows;
  }
}
