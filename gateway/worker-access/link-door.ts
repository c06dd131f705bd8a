/** A port of this machine that leads to a worker with a link, for other processes of the gateway. */
import { createServer, type Socket } from 'node:net';
import { joinLink } from './join-link.ts';
import { LOOPBACK, OwnedServer } from './owned-server.ts';
import type { WorkerLink } from './worker-link.ts';

/** From open to close. The worker asks for its token on this way, too. */
export class LinkDoor {
  readonly #server: OwnedServer;

  private constructor(server: OwnedServer) {
    this.#server = server;
  }

  /** Binds a free port of the loopback address. */
  static async open(link: Pick<WorkerLink, 'open'>): Promise<LinkDoor> {
    const server = createServer((socket) => passOn(socket, link));
    return new LinkDoor(await OwnedServer.open(server, LOOPBACK, 0));
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
    (connection) => joinLink(socket, connection),
    () => socket.destroy(),
  );
}
