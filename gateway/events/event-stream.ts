/**
 * `GET /api/events/stream`: changes of events as server-sent events (HTML
 * standard, section 9.2). Read from the store by change number, so that a client
 * that returns with `Last-Event-ID` misses nothing, and several gateways on one
 * database show each other's events.
 */
import type { Response } from 'express';
import { EVENT_STREAM_HEADERS } from '../http/event-stream.ts';
import type { EventRow } from '../store/database.ts';
import type { EventRepository } from './event-repository.ts';
import { changeOf, viewEvent } from './event-view.ts';

/** Filter of the changes. */
export interface StreamFilter {
  cameraId?: string | undefined;
  /** The only cameras that exist for the client; undefined: all. */
  cameras?: ReadonlySet<string> | undefined;
  kind?: string | undefined;
  zone?: string | undefined;
}

export interface EventStreamOptions {
  repository: Pick<EventRepository, 'changedAfter' | 'newestChange'>;
  onChange: (listener: () => void) => () => void;
  /** Pause between comments that keep proxies from closing an idle connection, milliseconds. */
  heartbeatMs?: number;
}

const HEARTBEAT_MS = 15_000;
const BATCH = 100;
/** Reconnect delay for clients, milliseconds. */
const RECONNECT_MS = 2000;

/** One client's stream. */
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

  /** Starts after a change; undefined: with the next one. @throws AppError `storage-*` before anything is sent */
  async start(after: number | undefined): Promise<void> {
    const { repository, onChange, heartbeatMs = HEARTBEAT_MS } = this.#options;
    this.#position = after ?? (await repository.newestChange());
    if (this.#response.destroyed) return;
    const heartbeat = setInterval(() => this.#write(':\n\n'), heartbeatMs);
    this.#ends.push(
      onChange(() => this.#wake()),
      () => clearInterval(heartbeat),
    );
    this.#response.on('close', () => this.close());
    this.#response.on('drain', () => this.#wake());
    this.#response.writeHead(200, EVENT_STREAM_HEADERS);
    this.#write(`retry: ${RECONNECT_MS}\nid: ${this.#position}\n\n`);
    this.#wake();
  }

  /** Reads what is new, if the newest change in the store was not sent yet. */
  catchUp(newestChange: number): void {
    if (newestChange > this.#position) this.#wake();
  }

  /** Ends the response. */
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
    // A slow reader keeps its position: the store is its buffer.
    while (this.#isAgainWanted && !this.#isClosed && !this.#response.writableNeedDrain) {
      this.#isAgainWanted = false;
      const rows = await this.#options.repository.changedAfter(this.#position, BATCH).catch(() => []);
      for (const row of rows) this.#send(row);
      if (rows.length === BATCH) this.#isAgainWanted = true;
    }
  }

  #send(row: EventRow): void {
    this.#position = row.change;
    const { cameraId, cameras, kind, zone } = this.#filter;
    if (cameras !== undefined && !cameras.has(row.camera_id)) return;
    if (cameraId !== undefined && row.camera_id !== cameraId) return;
    if (kind !== undefined && row.kind !== kind) return;
    const event = viewEvent(row);
    if (zone !== undefined && !event.zones.includes(zone)) return;
    const change = changeOf(row);
    const data = JSON.stringify({ type: change, ...event });
    this.#write(`id: ${row.change}\nevent: ${change}\ndata: ${data}\n\n`);
  }

  #write(text: string): void {
    if (!this.#isClosed) this.#response.write(text);
  }
}
