/** A port of this machine that leads to a worker with a link, for other processes of the gateway. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { WorkerLink } from './worker-link.ts';

/** From open to close. The worker asks for its token on this way, too. */
export class LinkDoor {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(link: Pick<WorkerLink, 'open'>) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => this.#sockets.delete(socket));
      link.open().then(
        (connection) => {
          connection.on('error', () => connection.destroy());
          connection.once('close', () => socket.destroy());
          socket.once('close', () => connection.destroy());
          if (socket.destroyed) connection.destroy();
          socket.pipe(connection);
          connection.pipe(socket);
        },
        () => socket.destroy(),
      );
    });
  }

  /** Binds a free port of the loopback address. */
  static async open(link: Pick<WorkerLink, 'open'>): Promise<LinkDoor> {
    const door = new LinkDoor(link);
    door.#server.listen(0, '127.0.0.1');
    await once(door.#server, 'listening');
    return door;
  }

  /** `http://127.0.0.1:49152` */
  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
