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

/** What cameras with PTZ do by themselves, or did last. */
export interface PtzTasksTable {
  camera_id: string;
  /** Of the task; empty: a client moved the camera, which has done nothing by itself. */
  id: string;
  /** JSON, as clients see it. */
  task: string;
  /** Why the gateway that runs it must end it; empty: it may go on. */
  ending: string;
  /** End of the task unless its gateway renews it. */
  until: number;
  /** When a client or a task moved the camera last. */
  touched_at: number;
}

/** Pictures of streams that a search found, for some minutes. */
export interface ProbePreviewsTable {
  id: string;
  jpeg: Buffer;
  kept_until: number;
}

/** How gateways reach each other. */
export interface GatewayDoorsTable {
  /** Its name. */
  gateway: string;
  /** Sealed JSON: host, port and token. */
  way: string;
  /** When it told of itself last. */
  opened_at: number;
}
