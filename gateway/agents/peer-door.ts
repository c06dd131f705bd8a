/** Where other gateways reach the agents that are connected to this one: HTTP CONNECT (RFC 9110) with a token. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { WorkerLink } from '../worker-access/worker-link.ts';

/** Carries the token of the door. */
export const PEER_TOKEN_HEADER = 'x-gateway-token';

export interface PeerDoorOptions {
  /** Address to bind. */
  host: string;
  /** 0: any free port. */
  port: number;
  /** The link of an agent that is connected here. */
  linkOf: (agent: string) => Pick<WorkerLink, 'open'> | undefined;
}

/** From open to close. Nothing is asked of an agent before the token was right. */
export class PeerDoor {
  /** What other gateways must send; new at each start. */
  readonly token = randomBytes(32).toString('hex');
  readonly #linkOf: PeerDoorOptions['linkOf'];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor({ linkOf }: PeerDoorOptions) {
    this.#linkOf = linkOf;
    this.#server = createServer((_request, response) => response.writeHead(405).end());
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('connect', (request, socket, head) => void this.#join(request, socket as Socket, head));
  }

  /** Binds its port. @throws Error when that is taken */
  static async open(options: PeerDoorOptions): Promise<PeerDoor> {
    const door = new PeerDoor(options);
    door.#server.listen(options.port, options.host);
    await once(door.#server, 'listening');
    // A connection that could not be accepted ends alone.
    door.#server.on('error', () => {});
    return door;
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

  async #join(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    if (!this.#isToken(String(request.headers[PEER_TOKEN_HEADER] ?? ''))) return refuse(socket, 403);
    const link = this.#linkOf((request.url ?? '').split(':')[0] ?? '');
    if (link === undefined) return refuse(socket, 404);
    try {
      const connection = await link.open();
      connection.on('error', () => connection.destroy());
      // What the worker still said reaches a slow reader before the end does.
      connection.once('close', () => socket.destroySoon());
      socket.once('close', () => connection.destroy());
      // A server of Node's HTTP leaves its connections half open.
      socket.once('end', () => connection.destroy());
      if (socket.destroyed) return void connection.destroy();
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      if (head.length > 0) connection.write(head);
      socket.pipe(connection);
      connection.pipe(socket);
    } catch {
      refuse(socket, 502);
    }
  }

  #isToken(text: string): boolean {
    const [given, own] = [Buffer.from(text), Buffer.from(this.token)];
    return given.length === own.length && timingSafeEqual(given, own);
  }
}

function refuse(socket: Socket, status: number): void {
  // A client that is told so need not end the connection itself.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}
