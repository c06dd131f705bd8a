/** All connections of a server and what they count together. */
import type { Socket } from 'node:net';
import { ANY_PATH } from '../faults/faults.ts';
import type { ConnectionContext, RtspRequest } from './connection.ts';
import { RtspConnection } from './rtsp-connection.ts';
import type { SessionStatus } from './session.ts';

/** Totals since the server listens, and the current sessions. */
export interface RtspServerStats {
  connectionsAccepted: number;
  connections: number;
  /** Requests received, by method. */
  requests: Record<string, number>;
  /** Requests that carried credentials and were answered 401. */
  rejectedCredentials: number;
  sessions: SessionStatus[];
}

/** Owns the connections. */
export class ConnectionSet {
  readonly #connections = new Set<RtspConnection>();
  readonly #requests = new Map<string, number>();
  #accepted = 0;
  #rejectedCredentials = 0;

  /** Serves a new socket. */
  accept(socket: Socket, context: ConnectionContext): void {
    this.#accepted += 1;
    const connection = new RtspConnection(socket, context);
    this.#connections.add(connection);
    socket.on('close', () => this.#connections.delete(connection));
    if (context.faults.find(ANY_PATH, 'refuse') !== undefined) connection.reset();
  }

  /** Counts a request and its status. */
  count(request: RtspRequest, status: number | undefined): void {
    this.#requests.set(request.method, (this.#requests.get(request.method) ?? 0) + 1);
    if (status === 401 && request.header('authorization') !== undefined) this.#rejectedCredentials += 1;
  }

  stats(): RtspServerStats {
    return {
      connectionsAccepted: this.#accepted,
      connections: this.#connections.size,
      requests: Object.fromEntries(this.#requests),
      rejectedCredentials: this.#rejectedCredentials,
      sessions: [...this.#connections].flatMap(({ session }) => session?.status ?? []),
    };
  }

  /** Sends every client that plays a sender report. */
  report(): void {
    for (const { session } of this.#connections) session?.report();
  }

  /** Notes a UDP client's receiver report: it keeps the session alive, as any request does. */
  touch(address: string, port: number): void {
    for (const { session } of this.#connections) {
      if (session?.isAt(address, port) === true) session.touch();
    }
  }

  /** Ends the connections whose session was silent for longer. */
  endSilent(limitMs: number): void {
    for (const { session, socket } of this.#connections) {
      if (session !== undefined && session.silentMs > limitMs) socket.destroy();
    }
  }

  /** Resets the connections that last asked for a path, or all with `*`. */
  reset(path: string): void {
    for (const connection of this.#connections) {
      if (path === ANY_PATH || connection.path === path) connection.reset();
    }
  }
}
