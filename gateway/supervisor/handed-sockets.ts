/** Clients' connections that a worker process serves itself: the gateway handed them over, and still ends them. */
import type { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Logger } from '#shared/logger.ts';
import {
  type CloseSocketMessage,
  type HandedSocketMessage,
  socketClosedMessageSchema,
} from '#shared/worker-protocol.ts';

/** The used part of a child process. */
interface Channel extends EventEmitter {
  readonly connected: boolean;
  send(message: object, handle: Socket | undefined, callback: (error: Error | null) => void): boolean;
}

/** All connections of one process; they end with it. */
export class HandedSockets {
  readonly #child: Channel;
  readonly #log: Logger;
  readonly #open = new Map<number, Socket>();
  #lastId = 0;

  constructor(child: Channel, log: Logger) {
    this.#child = child;
    this.#log = log;
    child.on('message', (message) => this.#onMessage(message));
    child.once('exit', () => this.#endAll());
  }

  /**
   * Gives a connection to the process, which reads `first` before what the client sends. From then on `connection`
   * stands for it here: it closes when the client or the process ends the connection, and destroying it ends both.
   * @returns false where this is impossible (TLS, bytes that were already read); nothing has happened then
   */
  handOver(connection: Duplex, first: Buffer): boolean {
    if (!this.#child.connected || !isPlain(connection) || !stopReading(connection)) return false;
    this.#lastId += 1;
    const id = this.#lastId;
    this.#open.set(id, connection);
    connection.once('close', () => this.#onClose(id));
    // Otherwise Node counts it twice when it closes, and the server never ends.
    Object.assign(connection, { server: undefined });
    const message: HandedSocketMessage = { type: 'socket', id, first: first.toString('latin1') };
    this.#child.send(message, connection, (error) => {
      if (error === null) return;
      this.#log.warn({ err: error }, 'a connection could not be handed over');
      connection.destroy();
    });
    return true;
  }

  #onMessage(message: unknown): void {
    const closed = socketClosedMessageSchema.safeParse(message);
    if (!closed.success) return;
    const connection = this.#open.get(closed.data.id);
    // First: the process need not be told.
    this.#open.delete(closed.data.id);
    connection?.destroy();
  }

  #onClose(id: number): void {
    if (!this.#open.delete(id) || !this.#child.connected) return;
    const message: CloseSocketMessage = { type: 'close-socket', id };
    this.#child.send(message, undefined, () => {});
  }

  #endAll(): void {
    for (const connection of this.#open.values()) connection.destroy();
  }
}

function isPlain(connection: Duplex): connection is Socket {
  const isTcp = connection instanceof Socket && (connection as TLSSocket).encrypted !== true;
  return isTcp && !connection.destroyed && connection.readableLength === 0;
}

/** Until the process has the connection, this one would read the client's bytes, and lose them. */
function stopReading(socket: Socket): boolean {
  // Node has no public call that stops immediately; without this one connections are relayed.
  const { _handle: handle } = socket as { _handle?: { readStop?: () => number } };
  return handle?.readStop?.() === 0;
}
