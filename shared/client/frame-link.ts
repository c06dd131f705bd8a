/** Keeps a WebSocket to the gateway open: connects, backs off, finds out why it fails. */
import { nextDelayMs } from './backoff.ts';
import { type ConnectionTimings, FrameConnection } from './frame-connection.ts';
import { faultOf } from './gateway-error.ts';
import type { HttpClient } from './http-client.ts';
import type { SocketLike } from './platform.ts';
import { socketAddress } from './socket-address.ts';
import type { WatchFault } from './watch-state.ts';

/** Times of a link, milliseconds. */
export interface LinkTimings extends ConnectionTimings {
  /** Time open after which earlier failures are forgotten. */
  stableMs: number;
}

export interface FrameLinkOptions {
  http: HttpClient;
  openSocket: (url: string, headers: Record<string, string>) => SocketLike;
  timings: LinkTimings;
  /** 0 to 1. */
  random?: (() => number) | undefined;
  onOpen: () => void;
  onData: (data: unknown) => void;
  /** The fault has changed, or the connection is lost. */
  onChange: () => void;
}

/** Connection to one gateway. */
export class FrameLink {
  readonly #options: FrameLinkOptions;
  #connection: FrameConnection | undefined;
  #isWanted = false;
  #openedAt = 0;
  /** Changes with every attempt, so that a late answer is recognised. */
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #fault: WatchFault | undefined;

  constructor(options: FrameLinkOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  /** Why the gateway is not reached; undefined while it is, or while the reason is unknown. */
  get fault(): WatchFault | undefined {
    return this.#fault;
  }

  send(message: object): void {
    this.#connection?.send(message);
  }

  /** Connects or disconnects. Idempotent. */
  want(isWanted: boolean): void {
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    this.#failures = 0;
    this.#drop();
    if (isWanted) void this.#connect();
    else this.#fault = undefined;
  }

  /** The network is back: reconnect immediately and check an open connection. */
  hurry(): void {
    this.#failures = 0;
    if (this.isOpen) {
      this.#connection?.ask();
    } else if (this.#isWanted) {
      this.#drop();
      void this.#connect();
    }
  }

  /** Resets the failures: frames arrive. */
  proved(): void {
    this.#failures = 0;
  }

  /** Call periodically. */
  check(): void {
    this.#connection?.check();
  }

  #drop(): void {
    this.#attempt += 1;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #connect(): Promise<void> {
    const { http, openSocket, timings, onData } = this.#options;
    this.#attempt += 1;
    const attempt = this.#attempt;
    try {
      const { url, headers } = await socketAddress(http);
      if (attempt !== this.#attempt) return;
      this.#connection = new FrameConnection(openSocket(url, headers), timings, {
        onOpen: () => this.#opened(),
        onData,
        onLost: (wasOpen) => this.#lost(wasOpen),
      });
    } catch (error) {
      if (attempt !== this.#attempt) return;
      this.#retryLater();
      this.#setFault(faultOf(error));
    }
  }

  #opened(): void {
    this.#openedAt = performance.now();
    this.#setFault(undefined);
    this.#options.onOpen();
  }

  #lost(wasOpen: boolean): void {
    const { stableMs } = this.#options.timings;
    if (wasOpen && performance.now() - this.#openedAt > stableMs) this.#failures = 0;
    this.#drop();
    this.#retryLater();
    if (!wasOpen) void this.#explain();
    this.#options.onChange();
  }

  #retryLater(): void {
    const delay = nextDelayMs(this.#failures, this.#options.random);
    this.#failures += 1;
    this.#retry = setTimeout(() => void this.#connect(), delay);
  }

  /** A socket that does not open gives no reason; an HTTP request does. */
  async #explain(): Promise<void> {
    const { http, timings } = this.#options;
    const fault = await http
      .json('/api/cameras/websocket-url', { timeoutMs: timings.openMs })
      .then(() => WEBSOCKET_FAULT, faultOf);
    if (this.#isWanted && !this.isOpen) this.#setFault(fault);
  }

  #setFault(fault: WatchFault | undefined): void {
    this.#fault = fault;
    this.#options.onChange();
  }
}

const WEBSOCKET_FAULT: WatchFault = {
  code: 'websocket-failed',
  message: 'The gateway answers, but its WebSocket cannot be opened',
  hint: 'Allow WebSockets on all proxies between this device and the gateway.',
};
