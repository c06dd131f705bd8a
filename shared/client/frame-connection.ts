/** One WebSocket to the gateway, from opening to loss; detects a silent peer. */
import type { SocketLike } from './platform.ts';

/** Times of a connection, milliseconds. */
export interface ConnectionTimings {
  /** Time to open. */
  openMs: number;
  /** Silence before a ping. */
  silenceMs: number;
  /** Time for the pong. */
  pongMs: number;
}

/** Callbacks. */
export interface ConnectionEvents {
  onOpen(): void;
  onData(data: unknown): void;
  /** Called once, last. @param wasOpen whether it had ever been open */
  onLost(wasOpen: boolean): void;
}

/** RFC 6455 section 7.4.1. */
const CLOSE_NORMAL = 1000;

/** One connection; never reopened. */
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
    // The default differs between platforms.
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }: { data: unknown }) => this.#heard(data);
    // A close event follows, but not in some versions of React Native for a socket that never opened.
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

  /** Sends a ping. */
  ask(): void {
    if (!this.isOpen || this.#askedAt !== undefined) return;
    this.#askedAt = performance.now();
    this.send({ action: 'ping' });
  }

  /** Call periodically: pings after a silence, gives up without a pong. */
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

  /** Closes without callbacks. */
  close(): void {
    this.#isOver = true;
    const socket = this.#socket;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    // The listener stays: closing a socket that is still opening makes it fail.
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
