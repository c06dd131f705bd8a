/** Ongoing events, so that none stays open when its observer is gone. */
import type { EventMessage, EventUpdate, ObservedEvent } from '#shared/detections.ts';
import type { EventPicture, EventState } from '../events/event.ts';
import type { EventFollower } from '../events/event-log.ts';

/** Where events go. */
export interface EventTarget {
  observe(event: EventState, picture?: EventPicture): Promise<void>;
  count(kind: string): void;
  /** Are told of what all gateways store. */
  readonly followers: Set<EventFollower>;
}

/** Tells live what becomes of events. */
export type UpdateListener = (update: EventUpdate) => void;

/** Passes events on and remembers those without an end. */
export class OpenEvents {
  readonly #target: EventTarget;
  readonly #notify: UpdateListener;
  readonly #open = new Map<string, ObservedEvent>();
  #writing: Promise<void> = Promise.resolve();

  constructor(target: EventTarget, notify: UpdateListener) {
    this.#target = target;
    this.#notify = notify;
  }

  /** Takes the newest state of an event. */
  take({ event, picture }: Pick<EventMessage, 'event' | 'picture'>): void {
    const isNew = !this.#open.has(event.id);
    if (isNew && event.endedAt === null) this.#target.count(event.kind);
    this.#notify(updateOf(event, isNew));
    if (event.endedAt === null) this.#open.set(event.id, event);
    else this.#open.delete(event.id);
    this.#write(event, picture && { ...picture, jpeg: Buffer.from(picture.jpeg, 'base64') });
  }

  /** Ends what goes on, as of when it was last seen. */
  endAll(): void {
    for (const event of this.#open.values()) {
      const ended = { ...event, endedAt: event.updatedAt };
      this.#notify(updateOf(ended, false));
      this.#write(ended);
    }
    this.#open.clear();
  }

  /** Resolves once all is stored, or could not be. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  #write(event: ObservedEvent, picture?: EventPicture): void {
    this.#writing = this.#writing.then(() => this.#target.observe(event, picture));
  }
}

/** What clients are told of the state of an event. @param isNew whether they were told nothing of it before */
export function updateOf(event: ObservedEvent, isNew: boolean): EventUpdate {
  const { id, cameraId, kind, label, score, startedAt, updatedAt, endedAt, zones } = event;
  return {
    type: 'event',
    change: endedAt === null ? (isNew ? 'start' : 'update') : 'end',
    ...{ id, cameraId, kind, label, score, zones },
    startedAt: new Date(startedAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
  };
}
