/** Events that go on, so that none stays open when whoever saw it is gone. */
import type { EventMessage, ObservedEvent } from '#shared/detections.ts';
import type { EventState } from '../events/event.ts';

/** Where events go. */
export interface EventTarget {
  observe(event: EventState, picture?: Buffer): Promise<void>;
  count(kind: string): void;
}

/** Passes events on and remembers those without an end. */
export class OpenEvents {
  readonly #target: EventTarget;
  readonly #open = new Map<string, ObservedEvent>();
  #writing: Promise<void> = Promise.resolve();

  constructor(target: EventTarget) {
    this.#target = target;
  }

  /** Takes the newest state of an event. */
  take({ event, picture }: Pick<EventMessage, 'event' | 'picture'>): void {
    if (!this.#open.has(event.id) && event.endedAt === null) this.#target.count(event.kind);
    if (event.endedAt === null) this.#open.set(event.id, event);
    else this.#open.delete(event.id);
    this.#write(event, picture === undefined ? undefined : Buffer.from(picture, 'base64'));
  }

  /** Ends what goes on, as of when it was last seen. */
  endAll(): void {
    for (const event of this.#open.values()) this.#write({ ...event, endedAt: event.updatedAt });
    this.#open.clear();
  }

  /** Resolves once all is stored, or could not be. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  #write(event: ObservedEvent, picture?: Buffer): void {
    this.#writing = this.#writing.then(() => this.#target.observe(event, picture));
  }
}
