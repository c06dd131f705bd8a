/**
 * `GET /api/status/stream`: the state of everything as server-sent events (HTML
 * standard, section 9.2). `state` is the whole, `change` the sections and members
 * that differ from what was told before; cameras that are no longer in `ids` are
 * gone. All listeners share one reader, which rests while there are none.
 */
import { type Response, Router } from 'express';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { type StatusSections, StatusText } from './status-sections.ts';

export interface StatusStreamOptions {
  /** Reads the state of this moment. */
  read: () => Promise<StatusSections>;
  /** Calls when reading at once is worth it. @returns the function that ends it */
  onChange: (listener: () => void) => () => void;
  log: Logger;
  /** Pause between two looks, milliseconds. */
  everyMs?: number;
  /** Pause between comments that keep proxies from closing a quiet connection, milliseconds. */
  heartbeatMs?: number;
  maxListeners?: number;
}

const EVERY_MS = 1000;
const HEARTBEAT_MS = 15_000;
const MAX_LISTENERS = 100;
/** What a client waits before it connects anew, milliseconds. */
const RECONNECT_MS = 2000;
/** Several changes at once are told together, milliseconds. */
const SETTLE_MS = 50;

interface Listener {
  response: Response;
  /** What it was told last; undefined: nothing yet. */
  told: StatusText | undefined;
}

/** The state, told to whoever listens. */
export class StatusStream {
  readonly #options: StatusStreamOptions;
  readonly #listeners = new Set<Listener>();
  #newest: StatusText | undefined;
  #next: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #stopWatching: () => void = () => {};
  #isReading = false;
  #isAgainWanted = false;

  constructor(options: StatusStreamOptions) {
    this.#options = options;
  }

  /** Who listens now. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** `GET /stream`. */
  routes(): Router {
    const routes = Router();
    routes.get('/stream', (_req, res) => this.#add(res));
    return routes;
  }

  /** Ends every answer. */
  close(): void {
    for (const listener of this.#listeners) this.#remove(listener);
  }

  #add(response: Response): void {
    const { maxListeners = MAX_LISTENERS } = this.#options;
    if (this.#listeners.size >= maxListeners) {
      throw new AppError('too-many-requests', `This gateway serves at most ${maxListeners} status streams`, {
        retryAfter: 5,
      });
    }
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    });
    response.write(`retry: ${RECONNECT_MS}\n\n`);
    const listener: Listener = { response, told: undefined };
    this.#listeners.add(listener);
    response.on('close', () => this.#remove(listener));
    response.on('drain', () => this.#tell(listener));
    if (this.#listeners.size === 1) this.#start();
    else this.#tell(listener);
  }

  #remove(listener: Listener): void {
    if (!this.#listeners.delete(listener)) return;
    listener.response.end();
    if (this.#listeners.size === 0) this.#rest();
  }

  #start(): void {
    const { onChange, heartbeatMs = HEARTBEAT_MS } = this.#options;
    this.#stopWatching = onChange(() => this.#readIn(SETTLE_MS));
    this.#heartbeat = setInterval(() => {
      for (const { response } of this.#listeners) response.write(':\n\n');
    }, heartbeatMs);
    this.#readIn(0);
  }

  #rest(): void {
    this.#stopWatching();
    clearInterval(this.#heartbeat);
    clearTimeout(this.#next);
    this.#newest = undefined;
  }

  #readIn(ms: number): void {
    if (this.#isReading) {
      this.#isAgainWanted = true;
      return;
    }
    clearTimeout(this.#next);
    this.#next = setTimeout(() => void this.#read(), ms);
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    this.#isAgainWanted = false;
    try {
      const text = new StatusText(await this.#options.read());
      if (this.#listeners.size > 0) this.#newest = text;
    } catch (error) {
      this.#options.log.warn({ reason: messageOf(error) }, 'the state could not be read');
    }
    this.#isReading = false;
    if (this.#listeners.size === 0) return;
    for (const listener of this.#listeners) this.#tell(listener);
    this.#readIn(this.#isAgainWanted ? SETTLE_MS : (this.#options.everyMs ?? EVERY_MS));
  }

  /** A client that reads slowly is told less often, and then all that changed meanwhile. */
  #tell(listener: Listener): void {
    const newest = this.#newest;
    const { response, told } = listener;
    if (newest === undefined || newest === told || response.writableNeedDrain) return;
    const now = Date.now();
    const body = told === undefined ? newest.whole(now) : newest.since(told, now);
    listener.told = newest;
    if (body === undefined) return;
    response.write(`event: ${told === undefined ? 'state' : 'change'}\ndata: ${body}\n\n`);
  }
}
