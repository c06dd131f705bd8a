/**
 * Listens before the application is loaded, which takes most of the start: `/livez` is answered
 * immediately, every other request and upgrade waits for the application.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError } from '#shared/errors.ts';
import { ConnectionLimits, type ConnectionLimitsOptions, refuse } from './connection-limits.ts';
import { listen } from './listen.ts';
import { closeHttpServer, createBareServer, type HttpTimings } from './server.ts';

export interface FrontDoorOptions {
  host: string;
  /** 0 for any free port. */
  port: number;
  timings: HttpTimings;
  connections: ConnectionLimitsOptions;
}

/** A request or an upgrade, as the server tells it. */
type Waiting =
  | { event: 'request'; args: [IncomingMessage, ServerResponse] }
  | { event: 'upgrade'; args: [IncomingMessage, Duplex, Buffer] };

/** More clients than wait for a start. */
const MAX_WAITING = 1000;
const RETRY_AFTER_S = 1;

/** A server that listens; from {@link FrontDoor.admit} on the application's listeners serve it. */
export class FrontDoor {
  readonly server: Server;
  readonly connections: ConnectionLimits;
  #port = 0;
  readonly #waiting: Waiting[] = [];

  private constructor({ timings, connections }: FrontDoorOptions) {
    this.connections = new ConnectionLimits(connections);
    this.server = createBareServer(timings, this.connections);
    this.server.on('request', this.#onRequest);
    this.server.on('upgrade', this.#onUpgrade);
  }

  /** @throws PortUnavailableError */
  static async open(options: FrontDoorOptions): Promise<FrontDoor> {
    const door = new FrontDoor(options);
    door.#port = await listen(door.server, options);
    return door;
  }

  get port(): number {
    return this.#port;
  }

  /** Hands everything to the application, whose listeners are on the server by now; once. */
  admit(): void {
    this.server.off('request', this.#onRequest);
    this.server.off('upgrade', this.#onUpgrade);
    for (const { event, args } of this.#waiting.splice(0)) {
      // A stream to a client that went away would be written for good: its response has closed already.
      if (event === 'request' && args[1].destroyed) continue;
      this.server.emit(event, ...args);
    }
  }

  /** Stops listening. */
  close(): Promise<void> {
    return closeHttpServer(this.server);
  }

  readonly #onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const isProbe = request.method === 'GET' && request.url?.split('?')[0] === '/livez';
    const refusal = this.connections.refusalOf(request) ?? this.#refusal();
    if (isProbe) answerProbe(response);
    else if (refusal !== undefined) refuse(response, refusal);
    else this.#waiting.push({ event: 'request', args: [request, response] });
  };

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // First: an error without a listener would end the process.
    socket.on('error', () => socket.destroy());
    if (this.#refusal() !== undefined) socket.destroy();
    else this.#waiting.push({ event: 'upgrade', args: [request, socket, head] });
  };

  #refusal(): AppError | undefined {
    if (this.#waiting.length < MAX_WAITING) return undefined;
    return new AppError('too-many-requests', 'The gateway starts', { retryAfter: RETRY_AFTER_S });
  }
}

function answerProbe(response: ServerResponse): void {
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' };
  response.writeHead(200, headers).end(JSON.stringify({ status: 'alive' }));
}
