/**
 * `GET /api/events/stream`: changes of events as server-sent events (HTML
 * standard, section 9.2). What is sent is read from the store by change number,
 * so that a client that comes back with `Last-Event-ID` misses nothing, and
 * several gateways on one database tell of each other's events.
 */
import type { Response } from 'express';
import type { EventRow } from '../store/database.ts';
import type { EventRepository } from './event-repository.ts';
import { changeOf, viewEvent } from './event-view.ts';

/** Which changes a client wants. */
export interface StreamFilter {
  cameraId?: string | undefined;
  kind?: string | undefined;
}

export interface EventStreamOptions {
  repository: Pick<EventRepository, 'changedAfter' | 'newestChange'>;
  onChange: (listener: () => void) => () => void;
  /** Pause after which the store is asked without any news of our own, milliseconds. */
  everyMs?: number;
  /** Pause between comments that keep proxies from closing a quiet connection, milliseconds. */
  heartbeatMs?: number;
}

const EVERY_MS = 2000;
const HEARTBEAT_MS = 15_000;
const BATCH = 100;
/** What a client waits before it connects anew, milliseconds. */
const RECONNECT_MS = 2000;

/** One client until it goes. */
export class EventStream {
  readonly #response: Response;
  readonly #options: EventStreamOptions;
  readonly #filter: StreamFilter;
  readonly #ends: (() => void)[] = [];
  #position = 0;
  #reading: Promise<void> | undefined;
  #isAgainWanted = false;
  #isClosed = false;

  constructor(response: Response, filter: StreamFilter, options: EventStreamOptions) {
    this.#response = response;
    this.#filter = filter;
    this.#options = options;
  }

  /** Begins after a change; undefined: with what comes from now on. @throws AppError `storage-*` before anything is sent */
  async start(after: number | undefined): Promise<void> {
    const { repository, onChange, everyMs = EVERY_MS, heartbeatMs = HEARTBEAT_MS } = this.#options;
    this.#position = after ?? (await repository.newestChange());
    if (this.#response.destroyed) return;
    const poll = setInterval(() => this.#wake(), everyMs);
    const heartbeat = setInterval(() => this.#write(':\n\n'), heartbeatMs);
    this.#ends.push(
      onChange(() => this.#wake()),
      () => clearInterval(poll),
      () => clearInterval(heartbeat),
    );
    this.#response.on('close', () => this.close());
    this.#response.on('drain', () => this.#wake());
    this.#response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    });
    this.#write(`retry: ${RECONNECT_MS}\nid: ${this.#position}\n\n`);
    this.#wake();
  }

  /** Ends the answer. */
  close(): void {
    this.#isClosed = true;
    for (const end of this.#ends.splice(0)) end();
    this.#response.end();
  }

  #wake(): void {
    this.#isAgainWanted = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
  }

  async #read(): Promise<void> {
    // A client that reads slowly stays where it is: the store remembers for it.
    while (this.#isAgainWanted && !this.#isClosed && !this.#response.writableNeedDrain) {
      this.#isAgainWanted = false;
      const rows = await this.#options.repository.changedAfter(this.#position, BATCH).catch(() => []);
      for (const row of rows) this.#send(row);
      if (rows.length === BATCH) this.#isAgainWanted = true;
    }
  }

  #send(row: EventRow): void {
    this.#position = row.change;
    const { cameraId, kind } = this.#filter;
    if (cameraId !== undefined && row.camera_id !== cameraId) return;
    if (kind !== undefined && row.kind !== kind) return;
    const change = changeOf(row);
    const data = JSON.stringify({ type: change, ...viewEvent(row) });
    this.#write(`id: ${row.change}\nevent: ${change}\ndata: ${data}\n\n`);
  }

  #write(text: string): void {
    if (!this.#isClosed) this.#response.write(text);
  }
}
