/** A server on a free port of the loopback address, for other processes of the gateway. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** The only interface it listens on. */
export const LOOPBACK = '127.0.0.1';

/** Owns the listening socket and every connection, from open to close. */
export class LoopbackServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(onConnection: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => this.#sockets.delete(socket));
      onConnection(socket);
    });
  }

  /** Binds a port. @throws Error when there is none */
  static async open(onConnection: (socket: Socket) => void): Promise<LoopbackServer> {
    const opened = new LoopbackServer(onConnection);
    opened.#server.listen(0, LOOPBACK);
    await once(opened.#server, 'listening');
    // A connection that could not be accepted, for want of file descriptors say, ends alone.
    opened.#server.on('error', () => {});
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
