/** A listening server that owns its connections. */
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** The only interface of servers for other processes of the gateway. */
export const LOOPBACK = '127.0.0.1';

/** Owns the listening socket and every connection, from open to close. */
export class OwnedServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Binds a port. @param port 0: any that is free @throws Error when it is taken */
  static async open(server: Server, host: string, port: number): Promise<OwnedServer> {
    const opened = new OwnedServer(server);
    server.listen(port, host);
    await once(server, 'listening');
    // A connection that could not be accepted, for want of file descriptors say, ends alone.
    server.on('error', () => {});
    return opened;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
