/** Stores events and notifies listeners of changes. */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { EventRow } from '../store/database.ts';
import type { EventPicture, EventSink, EventState } from './event.ts';
import type { EventRepository } from './event-repository.ts';

export interface EventLogOptions {
  repository: Pick<EventRepository, 'save' | 'observe'>;
  log: Logger;
}

/** Follows what all gateways on the database store. */
export interface EventFollower {
  /** The store is read for it only then. */
  readonly isWanted: boolean;
  /** Takes a change, at most a second after it was stored; also those of this gateway. */
  take(row: EventRow): void;
}

/** The only writer of events. */
export class EventLog implements EventSink {
  readonly #options: EventLogOptions;
  readonly #events = new EventEmitter<{ change: []; event: [EventState] }>();
  /** Are told of what all gateways on the database store; of one gateway alone they are told nothing. */
  readonly followers = new Set<EventFollower>();
  /** Events stored since the start, by kind. */
  readonly counts = new Map<string, number>();
  /** Changes that could not be stored. */
  failures = 0;

  constructor(options: EventLogOptions) {
    this.#options = options;
    // Each live stream adds a listener.
    this.#events.setMaxListeners(0);
  }

  /** Stores the current state of an observed event; a storage failure is only logged. */
  async observe(event: EventState, picture?: EventPicture): Promise<void> {
    try {
      await this.#options.repository.observe(event, picture);
      this.#events.emit('event', event);
      this.announce();
    } catch (error) {
      this.failures += 1;
      const facts = { event: event.id, cameraId: event.cameraId, reason: messageOf(error) };
      this.#options.log.warn(facts, 'could not store an event');
    }
  }

  async record({ picture, ...event }: Parameters<EventSink['record']>[0]): Promise<string> {
    const id = randomUUID();
    const over = { ...event, id, updatedAt: event.startedAt, endedAt: event.startedAt };
    await this.#options.repository.save(over, picture);
    this.#events.emit('event', over);
    this.announce();
    this.counts.set(event.kind, (this.counts.get(event.kind) ?? 0) + 1);
    return id;
  }

  /** Counts a started event. */
  count(kind: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** Notifies listeners of rows changed by other means. */
  announce(): void {
    this.#events.emit('change');
  }

  /** Calls `listener` with every event that was stored, at its start, with each update and at its end. */
  onEvent(listener: (event: EventState) => void): void {
    this.#events.on('event', listener);
  }

  /** Calls `listener` after every change. Returns the unsubscribe function. */
  onChange(listener: () => void): () => void {
    this.#events.on('change', listener);
    return () => void this.#events.off('change', listener);
  }
}
