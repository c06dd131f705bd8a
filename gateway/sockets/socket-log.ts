/** Logs client sockets: who opened which, and how it ended. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Logger } from '#shared/logger.ts';
import { shownPath } from '../http/request-path.ts';

/** Logs no message, query or header. */
export class SocketLog {
  readonly #log: Logger;
  readonly #facts: { client: string; path: string };
  readonly #openedAt = performance.now();

  /** @param client address of the client; undefined for this machine */
  constructor(request: IncomingMessage, client: string | undefined, log: Logger) {
    this.#log = log;
    this.#facts = { client: client ?? 'local', path: shownPath(request) };
  }

  /** A socket served here. */
  watch(socket: WebSocket): void {
    this.#log.info(this.#facts, 'socket opened');
    socket.once('close', (code, reason) => this.#end({ code, reason: reason.toString() }));
  }

  /** A socket tunnelled to a worker, which alone knows why it ends. */
  watchTunnel(socket: Duplex): void {
    this.#log.info(this.#facts, 'socket opened');
    socket.once('close', () => this.#end({}));
  }

  #end(facts: object): void {
    const seconds = Math.round((performance.now() - this.#openedAt) / 1000);
    this.#log.info({ ...this.#facts, ...facts, seconds }, 'socket closed');
  }
}
