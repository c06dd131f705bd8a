/** WebSockets of other gateways, which subjects take at paths of their own. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { keepAlive } from '#shared/http/heartbeat.ts';
import type { Logger } from '#shared/logger.ts';

/** A socket of another gateway. */
export type PeerSocket = WebSocket;

const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** Takes upgrades; the door to which they come ends the sockets. */
export class PeerSockets {
  readonly #log: Logger;
  readonly #takers = new Map<string, (socket: PeerSocket) => void>();
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @param take gets each socket that is opened at the path */
  offer(path: string, take: (socket: PeerSocket) => void): void {
    this.#takers.set(path, take);
  }

  /** @returns false for a path that no subject has */
  take(request: IncomingMessage, connection: Duplex, head: Buffer): boolean {
    const take = this.#takers.get(request.url ?? '');
    if (take === undefined) return false;
    this.#server.handleUpgrade(request, connection, head, (socket) => {
      keepAlive(socket);
      socket.on('error', (error) => this.#log.debug({ err: error }, 'a link of another gateway failed'));
      take(socket);
    });
    return true;
  }
}
