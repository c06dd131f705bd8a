/** Publishes events from the store: what the broker has not acknowledged is read again. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { EventRepository } from '../events/event-repository.ts';
import { changeOf, viewEvent } from '../events/event-view.ts';
import { Pause } from '../jobs/pause.ts';
import type { EventRow } from '../store/database.ts';
import type { Session } from './broker-link.ts';
import type { PublisherRepository } from './publisher-repository.ts';
import type { Topics } from './topics.ts';

export interface EventFeedOptions {
  repository: Pick<EventRepository, 'changedAfter' | 'list'>;
  publisher: Pick<PublisherRepository, 'position' | 'advance'>;
  topics: Topics;
  /** Called when the kinds of ongoing events of a camera may have changed. */
  onOpen: () => void;
  log: Logger;
  /** Pause between two looks for what other gateways stored, milliseconds. */
  pollMs?: number;
  /** How far back such a look reaches: their changes may be stored late. Microseconds; 0 on a database of one gateway. */
  overlap: number;
}

const POLL_MS = 2000;
const BATCH = 100;
const MAX_OPEN = 1000;

/** All events of the store, in the order of their changes. */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #pause = new Pause();
  #isWoken = false;
  /** Ids of ongoing events by camera and kind. */
  #open = new Map<string, EventRow>();
  /** Number of the last published change of each event within the overlap. */
  readonly #published = new Map<string, number>();
  /** Acknowledged changes since the start. */
  sent = 0;

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  /** Kinds of the ongoing events of a camera. */
  activeAt(cameraId: string): string[] {
    const kinds = [...this.#open.values()].flatMap((row) => (row.camera_id === cameraId ? [row.kind] : []));
    return [...new Set(kinds)].sort();
  }

  /** An event was stored. */
  wake(): void {
    this.#isWoken = true;
    this.#pause.end();
  }

  /** Publishes until the connection ends; a store that fails is asked again. */
  async run(session: Session): Promise<void> {
    const { log, pollMs = POLL_MS } = this.#options;
    let isBegun = false;
    while (!session.signal.aborted) {
      this.#isWoken = false;
      try {
        if (!isBegun) await this.#begin();
        isBegun = true;
        await this.#publishNew(session);
      } catch (error) {
        if (!session.signal.aborted)
          log.debug({ reason: messageOf(error) }, 'events could not be published; they wait');
      }
      if (!this.#isWoken) await this.#pause.wait(pollMs, session.signal);
    }
  }

  /** What changed while the broker was away concerns the past; what is ongoing is asked of the store. */
  async #begin(): Promise<void> {
    const open = await this.#options.repository.list({ isOpen: true, limit: MAX_OPEN });
    this.#open = new Map(open.map((row) => [row.id, row]));
    this.#options.onOpen();
  }

  async #publishNew(session: Session): Promise<void> {
    const { repository, publisher, overlap } = this.#options;
    const acknowledged = await publisher.position();
    let position = acknowledged - overlap;
    for (const [id, change] of this.#published) if (change < position) this.#published.delete(id);
    for (let isMore = true; isMore && !session.signal.aborted; ) {
      const rows = await repository.changedAfter(position, BATCH);
      const fresh = rows.filter((row) => (this.#published.get(row.id) ?? 0) < row.change);
      // Sent together; a connection keeps their order.
      await Promise.all(fresh.map((row) => this.#publish(row, session)));
      position = rows.at(-1)?.change ?? position;
      if (position > acknowledged) await publisher.advance(position);
      isMore = rows.length === BATCH;
    }
  }

  async #publish(row: EventRow, { publish }: Session): Promise<void> {
    const payload = JSON.stringify({ type: changeOf(row), ...viewEvent(row) });
    await publish({ topic: this.#options.topics.camera(row.camera_id, 'event'), payload, qos: 1 });
    if (this.#options.overlap > 0) this.#published.set(row.id, row.change);
    this.sent += 1;
    if (row.ended_at === null) this.#open.set(row.id, row);
    else this.#open.delete(row.id);
    this.#options.onOpen();
  }
}
