/** Tables by which several gateways on one database agree. Times are those of the database, Unix milliseconds. */

/** What one gateway tells the others of sign-ins. */
export interface SignInNewsTable {
  id: string;
  /** `ticket`: a ticket was used; `guess`: an address sent an invalid token. */
  kind: string;
  /** Id of the ticket, or key of the address. */
  subject: string;
  noted_at: number;
  /** When it no longer matters. */
  kept_until: number;
}

/** Which gateway runs a job that one of them runs. */
export interface JobTurnsTable {
  job: string;
  /** Name of the gateway's process. */
  holder: string;
  held_until: number;
}

/** Cameras, agents, workers and disks that are away, as one gateway or several see it. */
export interface AbsencesTable {
  /** What is away. */
  subject: string;
  /** Since when no gateway sees it, Unix milliseconds of the gateway that noticed. */
  since: number;
  /** JSON: ids of the notifications that count it as away, and tell when it is back. */
  told: string;
}

/** Agents that are connected, each to one gateway. */
export interface AgentLinksTable {
  agent: string;
  /** Name of the gateway. */
  gateway: string;
  /** Names the connection; random. */
  session: string;
  /** End of the row unless it is renewed. */
  until: number;
  /** Sealed JSON: how other gateways reach the agent through this one. */
  way: string;
  /** JSON: what lists show of it. */
  facts: string;
}
