/** Tells live of events that other gateways on the database observe. */
import { type EventUpdate, eventUpdateSchema } from '#shared/detections.ts';
import type { EventFollower } from '../events/event-log.ts';
import type { EventRow } from '../store/database.ts';

/** Own events that are remembered, as what is stored is told of by all gateways. */
const MOST_OWN = 1000;
const { kind: kindSchema } = eventUpdateSchema.shape;

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
    if (this.#own.has(row.id) || !isAnalysed(row)) return;
    const hasEnded = row.ended_at !== null;
    const isStarted = this.#started.has(row.id);
    // It began and ended between two looks, or before the first one.
    if (hasEnded && !isStarted) return;
    if (hasEnded) this.#started.delete(row.id);
    else this.#started.add(row.id);
    this.#options.notify(updateOf(row, hasEnded ? 'end' : isStarted ? 'update' : 'start'));
  }
}

/** Events of the camera itself, of watches and of the operator are not among the messages of analysis. */
function isAnalysed({ kind, data }: EventRow): boolean {
  return kindSchema.safeParse(kind).success && JSON.parse(data).source !== 'camera';
}

function updateOf(row: EventRow, change: EventUpdate['change']): EventUpdate {
  const { id, camera_id: cameraId, kind, label, score } = row;
  return eventUpdateSchema.parse({
    ...{ type: 'event', change, id, cameraId, kind, label, score },
    startedAt: new Date(row.started_at).toISOString(),
    updatedAt: new Date(row.updated_at).toISOString(),
    endedAt: row.ended_at === null ? null : new Date(row.ended_at).toISOString(),
    zones: JSON.parse(row.zones),
  });
}
