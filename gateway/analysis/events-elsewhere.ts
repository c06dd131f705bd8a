/** Tells live of events that other gateways on the database observe. */
import { type EventUpdate, type ObservedEvent, observedEventSchema } from '#shared/detections.ts';
import type { EventFollower } from '../events/event-log.ts';
import type { EventRow } from '../store/database.ts';
import { updateOf } from './open-events.ts';

/** Own events that are remembered, as what is stored is told of by all gateways. */
const MOST_OWN = 1000;

export interface EventsElsewhereOptions {
  /** Whether a client listens. */
  isWanted: () => boolean;
  notify: (update: EventUpdate) => void;
}

/** Takes what all gateways stored, and passes on what this one did not see. */
export class EventsElsewhere implements EventFollower {
  readonly #options: EventsElsewhereOptions;
  /** In order of their last change. */
  readonly #own = new Set<string>();
  /** Ongoing events whose start was told. */
  readonly #started = new Set<string>();

  constructor(options: EventsElsewhereOptions) {
    this.#options = options;
  }

  get isWanted(): boolean {
    const isWanted = this.#options.isWanted();
    if (!isWanted) this.#started.clear();
    return isWanted;
  }

  /** This gateway tells of the event itself. */
  onOwn(id: string): void {
    this.#own.delete(id);
    this.#own.add(id);
    const [oldest] = this.#own;
    if (this.#own.size > MOST_OWN && oldest !== undefined) this.#own.delete(oldest);
  }

  take(row: EventRow): void {
    const event = this.#own.has(row.id) ? undefined : observedIn(row);
    if (event === undefined) return;
    const isNew = !this.#started.has(event.id);
    // It began and ended between two looks, or before the first one.
    if (event.endedAt !== null && isNew) return;
    if (event.endedAt === null) this.#started.add(event.id);
    else this.#started.delete(event.id);
    this.#options.notify(updateOf(event, isNew));
  }
}

/** Undefined for events of the camera itself, of watches and of the operator, which analysis does not tell. */
function observedIn(row: EventRow): ObservedEvent | undefined {
  const { id, camera_id: cameraId, kind, label, score } = row;
  const { started_at: startedAt, updated_at: updatedAt, ended_at: endedAt } = row;
  const [zones, data] = [JSON.parse(row.zones), JSON.parse(row.data)];
  if (data.source === 'camera') return undefined;
  return observedEventSchema.safeParse({
    ...{ id, cameraId, kind, label, score, startedAt, updatedAt, endedAt, zones, data },
  }).data;
}
