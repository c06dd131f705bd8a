/** Clients' connections that the supervisor handed to this process: served as if they had come by the port. */
import { Socket } from 'node:net';
import {
  closeSocketMessageSchema,
  handedSocketMessageSchema,
  type SocketClosedMessage,
} from '#shared/worker-protocol.ts';

export interface HandedSocketsOptions {
  /** Serves a connection. */
  accept: (connection: Socket) => void;
  /** Tells the supervisor. */
  send: (message: SocketClosedMessage) => void;
}

/** All of them; each end is told to the supervisor. */
export class HandedSockets {
  readonly #options: HandedSocketsOptions;
  readonly #open = new Map<number, Socket>();

  constructor(options: HandedSocketsOptions) {
    this.#options = options;
  }

  /** Takes a message of the supervisor; ignores others. @param handle what came with it */
  onMessage(message: unknown, handle: unknown): void {
    const handed = handedSocketMessageSchema.safeParse(message);
    if (handed.success) this.#take(handed.data, handle);
    const closed = closeSocketMessageSchema.safeParse(message);
    if (closed.success) this.#open.get(closed.data.id)?.destroy();
  }

  #take({ id, first }: { id: number; first: string }, handle: unknown): void {
    const { accept, send } = this.#options;
    // The client left meanwhile.
    if (!(handle instanceof Socket)) {
      send({ type: 'socket-closed', id });
      return;
    }
    this.#open.set(id, handle);
    handle.on('error', () => handle.destroy());
    handle.once('close', () => {
      this.#open.delete(id);
      send({ type: 'socket-closed', id });
    });
    handle.unshift(Buffer.from(first, 'latin1'));
    accept(handle);
  }
}
