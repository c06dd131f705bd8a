/** Takes what happens, stores it and tells listeners that there is something new. */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { EventSink, EventState } from './event.ts';
import type { EventRepository } from './event-repository.ts';

export interface EventLogOptions {
  repository: Pick<EventRepository, 'save' | 'observe'>;
  log: Logger;
}

/** The door through which events enter the store. */
export class EventLog implements EventSink {
  readonly #options: EventLogOptions;
  readonly #events = new EventEmitter<{ change: [] }>();
  /** Events stored since the start, by kind. */
  readonly counts = new Map<string, number>();
  /** Changes that could not be stored. */
  failures = 0;

  constructor(options: EventLogOptions) {
    this.#options = options;
    // Each live stream listens.
    this.#events.setMaxListeners(0);
  }

  /** Stores the present state of an event that is observed live; a store that fails is told in the log only. */
  async observe(event: EventState, picture?: Buffer): Promise<void> {
    try {
      await this.#options.repository.observe(event, picture);
      this.announce();
    } catch (error) {
      this.failures += 1;
      const facts = { event: event.id, cameraId: event.cameraId, reason: messageOf(error) };
      this.#options.log.warn(facts, 'an event could not be stored');
    }
  }

  async record({ picture, ...event }: Parameters<EventSink['record']>[0]): Promise<string> {
    const id = randomUUID();
    const over = { ...event, id, updatedAt: event.startedAt, endedAt: event.startedAt };
    await this.#options.repository.save(over, picture);
    this.announce();
    this.counts.set(event.kind, (this.counts.get(event.kind) ?? 0) + 1);
    return id;
  }

  /** Counts an event that began. */
  count(kind: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** Says that rows changed by other means. */
  announce(): void {
    this.#events.emit('change');
  }

  /** Calls after every change. @returns the function that ends it */
  onChange(listener: () => void): () => void {
    this.#events.on('change', listener);
    return () => void this.#events.off('change', listener);
  }
}
