/** A port of this machine that leads to a worker with a link, for other processes of the gateway. */
import type { Socket } from 'node:net';
import { LOOPBACK, LoopbackServer } from './loopback-server.ts';
import type { WorkerLink } from './worker-link.ts';

/** From open to close. The worker asks for its token on this way, too. */
export class LinkDoor {
  readonly #server: LoopbackServer;

  private constructor(server: LoopbackServer) {
    this.#server = server;
  }

  /** Binds a free port of the loopback address. */
  static async open(link: Pick<WorkerLink, 'open'>): Promise<LinkDoor> {
    return new LinkDoor(await LoopbackServer.open((socket) => passOn(socket, link)));
  }

  /** `http://127.0.0.1:49152` */
  get origin(): string {
    return `http://${LOOPBACK}:${this.#server.port}`;
  }

  close(): void {
    void this.#server.close();
  }
}

function passOn(socket: Socket, link: Pick<WorkerLink, 'open'>): void {
  link.open().then(
    (connection) => {
      connection.on('error', () => connection.destroy());
      // What the worker still said reaches a slow reader before the end does.
      connection.once('close', () => socket.destroySoon());
      socket.once('close', () => connection.destroy());
      if (socket.destroyed) connection.destroy();
      socket.pipe(connection);
      connection.pipe(socket);
    },
    () => socket.destroy(),
  );
}
