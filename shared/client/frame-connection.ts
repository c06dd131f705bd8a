/** One WebSocket to the gateway, from its opening to its loss; it notices when the other side is silent. */
import type { SocketLike } from './platform.ts';

/** Times of a connection, milliseconds. */
export interface ConnectionTimings {
  /** To open. */
  openMs: number;
  /** Without a word before we ask. */
  silenceMs: number;
  /** For the answer. */
  pongMs: number;
}

/** What a connection tells. */
export interface ConnectionEvents {
  onOpen(): void;
  onData(data: unknown): void;
  /** Once, and nothing after it. @param wasOpen whether it had ever been open */
  onLost(wasOpen: boolean): void;
}

/** RFC 6455 section 7.4.1. */
const CLOSE_NORMAL = 1000;

/** A connection that is being opened, is open or was lost; never opened again. */
export class FrameConnection {
  readonly #socket: SocketLike;
  readonly #events: ConnectionEvents;
  readonly #timings: ConnectionTimings;
  #heardAt = performance.now();
  #askedAt: number | undefined;
  #isOpen = false;
  #isOver = false;

  constructor(socket: SocketLike, timings: ConnectionTimings, events: ConnectionEvents) {
    this.#socket = socket;
    this.#timings = timings;
    this.#events = events;
    // Unset, it differs between platforms.
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }: { data: unknown }) => this.#heard(data);
    // A close follows everywhere but on a socket that never opened in some versions of React Native.
    socket.onerror = () => {
      if (!this.#isOpen) this.#lose();
    };
    socket.onclose = () => this.#lose();
  }

  get isOpen(): boolean {
    return this.#isOpen && !this.#isOver;
  }

  send(message: object): void {
    if (this.isOpen) this.#socket.send(JSON.stringify(message));
  }

  /** Asks whether the other side is still there. */
  ask(): void {
    if (!this.isOpen || this.#askedAt !== undefined) return;
    this.#askedAt = performance.now();
    this.send({ action: 'ping' });
  }

  /** To be called every now and then: asks after a silence, gives up without an answer. */
  check(): void {
    const now = performance.now();
    const { openMs, silenceMs, pongMs } = this.#timings;
    if (!this.#isOpen) {
      if (now - this.#heardAt > openMs) this.#lose();
    } else if (this.#askedAt !== undefined) {
      if (now - this.#askedAt > pongMs) this.#lose();
    } else if (now - this.#heardAt > silenceMs) {
      this.ask();
    }
  }

  /** Ends it without a word to anybody. */
  close(): void {
    this.#isOver = true;
    const socket = this.#socket;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    // A listener stays: closing a socket that is being opened fails it, and that is fine.
    socket.onerror = () => {};
    socket.close(CLOSE_NORMAL);
  }

  #opened(): void {
    this.#isOpen = true;
    this.#heardAt = performance.now();
    this.#events.onOpen();
  }

  #heard(data: unknown): void {
    this.#heardAt = performance.now();
    this.#askedAt = undefined;
    this.#events.onData(data);
  }

  #lose(): void {
    if (this.#isOver) return;
    this.close();
    this.#events.onLost(this.#isOpen);
  }
}
