/** Bounds the TCP connections of clients, all together and of one address. */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isLoopback } from '#shared/address-policy.ts';
import { AppError, toProblem } from '#shared/errors.ts';

/** Most open connections. */
export interface ConnectionLimitsOptions {
  /** All together; as many again may wait for the answer that says so. */
  connections: number;
  /** Of one address elsewhere; undefined where all come from one proxy. */
  perClient: number | undefined;
}

const RETRY_AFTER_S = 1;

/** Counts connections. Those over a limit get an answer to their first request, and no second one. */
export class ConnectionLimits {
  readonly #options: ConnectionLimitsOptions;
  readonly #perClient = new Map<string, number>();
  readonly #refusals = new WeakMap<Socket, AppError>();
  #open = 0;

  constructor(options: ConnectionLimitsOptions) {
    this.#options = options;
  }

  /** Counts the connections of a server; to be called once, before it listens. */
  watch(server: Server): void {
    // Past this the system itself turns connections away, without a word.
    server.maxConnections = this.#options.connections * 2;
    server.on('connection', (socket) => this.#count(socket));
  }

  /** Puts the limits in front of an application. */
  guard(app: RequestListener): RequestListener {
    return (req, res) => {
      const refusal = this.refusalOf(req);
      if (refusal === undefined) app(req, res);
      else answer(res, refusal);
    };
  }

  /** Why the connection of a request is one too many; undefined when it is not. */
  refusalOf({ socket }: IncomingMessage): AppError | undefined {
    return this.#refusals.get(socket);
  }

  #count(socket: Socket): void {
    const { connections, perClient = Number.POSITIVE_INFINITY } = this.#options;
    const address = socket.remoteAddress ?? '';
    const isElsewhere = !isLoopback(address);
    const ofClient = (this.#perClient.get(address) ?? 0) + 1;
    this.#open += 1;
    this.#perClient.set(address, ofClient);
    if (this.#open > connections) this.#refusals.set(socket, tooMany(connections));
    else if (isElsewhere && ofClient > perClient) this.#refusals.set(socket, tooManyOfOne(perClient));
    socket.once('close', () => this.#forget(address));
  }

  #forget(address: string): void {
    this.#open -= 1;
    const left = (this.#perClient.get(address) ?? 1) - 1;
    if (left > 0) this.#perClient.set(address, left);
    else this.#perClient.delete(address);
  }
}

function answer(res: ServerResponse, error: AppError): void {
  const headers = {
    'Content-Type': 'application/problem+json',
    'Retry-After': String(RETRY_AFTER_S),
    Connection: 'close',
  };
  res.writeHead(error.status, headers).end(JSON.stringify(toProblem(error)));
}

function tooMany(limit: number): AppError {
  return new AppError('too-many-connections', `This gateway takes at most ${limit} connections`);
}

function tooManyOfOne(limit: number): AppError {
  return new AppError('too-many-requests', `One client may open at most ${limit} connections`);
}
