/** The gateway as an RTSP server: `rtsp://HOST:RTSP_PORT/CAMERA` for players and recorders (docs/restream.md). */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { isLoopback } from '#shared/address-policy.ts';
import { RestreamClient, type RestreamClientOptions } from './restream-client.ts';

export interface RestreamOptions extends Omit<RestreamClientOptions, 'loginMs'> {
  /** Address and port to listen on. */
  host: string;
  port: number;
  /** Open connections, all together and of one remote address. */
  connections: number;
  perClient: number;
  loginMs?: number;
  /** Pause before a port that was taken is tried again, milliseconds. */
  retryMs?: number;
}

const LOGIN_MS = 15_000;
const RETRY_MS = 5000;

/** Owns the listening socket and every connection. */
export class Restream {
  readonly #options: RestreamOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #retry: NodeJS.Timeout | undefined;

  constructor(options: RestreamOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = options.connections;
  }

  /** Connections of clients. */
  get clients(): number {
    return this.#sockets.size;
  }

  /** The port it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Listens; while the port is taken it is tried again. */
  start(): void {
    const { host, port, log, retryMs = RETRY_MS } = this.#options;
    this.#server.on('listening', () => log.info({ port: this.port }, 'cameras are given on over RTSP'));
    this.#server.on('error', (error) => {
      log.error({ err: error, port }, 'the RTSP server failed');
      // It also tells of connections that cannot be accepted, and goes on.
      if (this.#server.listening) return;
      this.#retry = setTimeout(() => this.#server.listen(port, host), retryMs);
    });
    this.#server.listen(port, host);
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    clearTimeout(this.#retry);
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #accept(socket: Socket): void {
    const { remoteAddress = '' } = socket;
    const ofClient = [...this.#sockets].filter((other) => other.remoteAddress === remoteAddress).length;
    if (!isLoopback(remoteAddress) && ofClient >= this.#options.perClient) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    new RestreamClient(socket, { ...this.#options, loginMs: this.#options.loginMs ?? LOGIN_MS });
  }
}
