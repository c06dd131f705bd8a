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
import { CHANGE_OVERLAP, changesAfter, forgetBefore } from './event-tail.ts';
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
  /** Whether other gateways store events too, whose changes may come late ({@link EventStream.offer}). */
  isShared: boolean;
  /** Pause between comments that keep proxies from closing an idle connection, milliseconds. */
  heartbeatMs?: number;
}

const HEARTBEAT_MS = 15_000;
const BATCH = 100;
/** Sent changes beyond which old ones are forgotten. */
const MANY = 1000;
/** Reconnect delay for clients, milliseconds. */
const RECONNECT_MS = 2000;

/** One client's stream. */
export class EventStream {
  readonly #response: Response;
  readonly #options: EventStreamOptions;
  readonly #filter: StreamFilter;
  readonly #ends: (() => void)[] = [];
  #position = 0;
  /** Number of the last change of each event that was sent, or stored before the start; where others store too. */
  readonly #sent = new Map<string, number>();
  #late: EventRow[] = [];
  /** Where this stream began. */
  #begin = 0;
  /** Ongoing events whose start was told. */
  readonly #started = new Set<string>();
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
    this.#begin = this.#position;
    if (this.#options.isShared) {
      const before = await changesAfter(repository, this.#position - CHANGE_OVERLAP);
      for (const { id, change } of before) if (change <= this.#position) this.#sent.set(id, change);
    }
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

  /** Takes a change that another gateway may have stored: sends a late one, reads a newer one in its turn. */
  offer(row: EventRow): void {
    if (row.change <= this.#position) {
      if ((this.#sent.get(row.id) ?? 0) >= row.change) return;
      this.#late.push(row);
    }
    this.#wake();
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
      for (const row of this.#late.splice(0)) this.#send(row);
      const rows = await this.#options.repository.changedAfter(this.#position, BATCH).catch(() => []);
      for (const row of rows) this.#send(row);
      if (rows.length === BATCH) this.#isAgainWanted = true;
    }
  }

  #send(row: EventRow): void {
    this.#position = Math.max(this.#position, row.change);
    if (this.#options.isShared) {
      this.#sent.set(row.id, row.change);
      if (this.#sent.size > MANY) forgetBefore(this.#sent, this.#position - CHANGE_OVERLAP);
    }
    const { cameraId, cameras, kind, zone } = this.#filter;
    if (cameras !== undefined && !cameras.has(row.camera_id)) return;
    if (cameraId !== undefined && row.camera_id !== cameraId) return;
    if (kind !== undefined && row.kind !== kind) return;
    const event = viewEvent(row);
    if (zone !== undefined && !event.zones.includes(zone)) return;
    const change = this.#changeOf(row);
    const data = JSON.stringify({ type: change, ...event });
    this.#write(`id: ${this.#position}\nevent: ${change}\ndata: ${data}\n\n`);
  }

  /** An event that changed between its start and this look starts here all the same. */
  #changeOf(row: EventRow): ReturnType<typeof changeOf> {
    const change = changeOf(row);
    const isNew = change !== 'end' && row.sequence > this.#begin && !this.#started.has(row.id);
    if (change === 'end') this.#started.delete(row.id);
    else this.#started.add(row.id);
    return isNew ? 'start' : change;
  }

  #write(text: string): void {
    if (!this.#isClosed) this.#response.write(text);
  }
}
