/** How connections are opened to a worker that is not simply dialled at its address. */
import type { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import { http } from '#shared/http/node-http.ts';

/** The way to one worker; its agents are used for the address of that worker only. */
export interface WorkerLink {
  /** Opens a connection. @throws Error of the connection */
  open(): Promise<Duplex>;
  /** Keeps connections: for requests with one answer. */
  readonly kept: Agent;
  /** Opens a connection for each request: for streams and sockets. */
  readonly single: Agent;
}

/** A link made of a function that opens connections. */
export function linkOf(open: () => Promise<Duplex>): WorkerLink {
  return { open, kept: new OpeningAgent(open, true), single: new OpeningAgent(open, false) };
}

/** An agent of Node's HTTP client that opens its connections by a function. */
class OpeningAgent extends http.Agent {
  readonly #open: () => Promise<Duplex>;

  constructor(open: () => Promise<Duplex>, keepAlive: boolean) {
    super({ keepAlive });
    this.#open = open;
  }

  override createConnection(
    _options: unknown,
    onOpen?: (error: Error | null, connection: Duplex) => void,
  ): undefined {
    this.#open().then(
      (connection) => onOpen?.(null, connection),
      // Node gives no connection where there is an error.
      (error: Error) => onOpen?.(error, undefined as unknown as Duplex),
    );
  }
}
