/** Sends the newest payload of each subscription over one socket; nothing queues. */
import type { WebSocket } from 'ws';
import type { FramePayload } from './payload.ts';

/** Below this a socket counts as free: the rest fits the kernel's buffer. */
const FREE_BELOW_BYTES = 16 * 1024;

/** One pending payload per subscription, sent in turn as the socket drains. */
export class NewestOnlySender {
  readonly #socket: WebSocket;
  readonly #onDrop: (subscription: object) => void;
  /** In order of waiting, so that no camera starves another. */
  readonly #pending = new Map<object, FramePayload>();
  #inFlight = 0;
  #busySince: number | undefined;

  constructor(socket: WebSocket, onDrop: (subscription: object) => void) {
    this.#socket = socket;
    this.#onDrop = onDrop;
  }

  /** Sends now if the socket is free, else replaces the pending payload of the same subscription. */
  offer(subscription: object, payload: FramePayload): void {
    if (this.#isFree()) {
      this.#send(payload);
      return;
    }
    if (this.#pending.has(subscription)) this.#onDrop(subscription);
    this.#pending.set(subscription, payload);
  }

  /** Drops the pending payload of an ended subscription. */
  forget(subscription: object): void {
    this.#pending.delete(subscription);
  }

  /** How long the socket has not drained, milliseconds. */
  busyMs(now = performance.now()): number {
    return this.#busySince === undefined ? 0 : now - this.#busySince;
  }

  #isFree(): boolean {
    return this.#inFlight === 0 && this.#socket.bufferedAmount < FREE_BELOW_BYTES;
  }

  #send({ data, binary }: FramePayload): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#inFlight += 1;
    this.#busySince ??= performance.now();
    this.#socket.send(data, { binary }, () => this.#onSent());
  }

  #onSent(): void {
    this.#inFlight -= 1;
    if (this.#inFlight > 0) return;
    this.#busySince = undefined;
    const next = this.#pending.entries().next().value;
    if (next === undefined) return;
    this.#pending.delete(next[0]);
    this.#send(next[1]);
  }
}
