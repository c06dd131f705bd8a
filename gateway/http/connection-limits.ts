/** Limits TCP connections, all together and per address. */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isLoopback } from '#shared/address-policy.ts';
import { AppError, toProblem } from '#shared/errors.ts';

/** Most open connections. */
export interface ConnectionLimitsOptions {
  /** All together; as many again may wait for the response that refuses them. */
  connections: number;
  /** Of one remote address; undefined if all come through one proxy. */
  perClient: number | undefined;
}

const RETRY_AFTER_S = 1;

/** Counts connections. One over a limit gets a response to its first request, and no second one. */
export class ConnectionLimits {
  readonly #options: ConnectionLimitsOptions;
  readonly #perClient = new Map<string, number>();
  readonly #refusals = new WeakMap<Socket, AppError>();
  #open = 0;

  constructor(options: ConnectionLimitsOptions) {
    this.#options = options;
  }

  /** Counts the connections of a server; call once, before it listens. */
  watch(server: Server): void {
    // Beyond this the system itself drops connections silently.
    server.maxConnections = this.#options.connections * 2;
    server.on('connection', (socket) => this.#count(socket));
  }

  /** Puts the limits before an application. */
  guard(app: RequestListener): RequestListener {
    return (req, res) => {
      const refusal = this.refusalOf(req);
      if (refusal === undefined) app(req, res);
      else refuse(res, refusal);
    };
  }

  /** Why a request's connection is over a limit; undefined if it is not. */
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

/** Answers a request that is over a limit, and ends its connection. */
export function refuse(res: ServerResponse, error: AppError): void {
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
