/** Sends events to the analysis backend through the outbox: facts only, never a picture. */
import type { CameraEventPayload } from '#shared/contract/delivery.ts';
import type { Logger } from '#shared/logger.ts';
import type { Deliveries } from '../deliveries/deliveries.ts';
import { EVENT_DELIVERY_PREFIX } from '../deliveries/delivery.ts';
import type { Transaction } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import type { EventState, MomentaryEvent } from './event.ts';
import type { EventPhase, LifecycleListener } from './event-listeners.ts';

export interface EventDeliveriesOptions {
  store: Pick<Store, 'transaction'>;
  deliveries: Pick<Deliveries, 'outbox' | 'sender'>;
  log: Logger;
  /** Most waiting deliveries of a camera: events continue while a backend is away, for days perhaps. */
  maxWaiting?: number;
}

const MAX_WAITING = 1000;
const SECOND_MS = 1000;

/** Stores deliveries of events. */
export class EventDeliveries {
  readonly #options: EventDeliveriesOptions;
  readonly #full = new Set<string>();

  constructor(options: EventDeliveriesOptions) {
    this.#options = options;
  }

  /** Delivers an event without a duration. @throws AppError `storage-*` */
  async deliver(eventId: string, event: MomentaryEvent): Promise<void> {
    const { store, deliveries } = this.#options;
    const payload = { ...facts(eventId, event), data: event.data };
    const { cameraId } = event;
    await store.transaction((trx) => deliveries.outbox.enqueue(trx, { cameraId, payload }));
    deliveries.sender.wake();
  }

  /** Stores a delivery of an observed event's start or end, in the transaction that stores the event. */
  readonly onLifecycle: LifecycleListener = async (trx, event, phase) => {
    const { cameraId } = event;
    if (await this.#isFull(trx, cameraId)) return;
    const payload: CameraEventPayload = {
      ...facts(event.id, event),
      change: phase,
      ended_at: event.endedAt === null ? null : event.endedAt / SECOND_MS,
      data: event.data,
    };
    await this.#options.deliveries.outbox.enqueue(trx, { id: deliveryId(event, phase), cameraId, payload });
  };

  /** Wakes the sender after the commit. */
  wake(): void {
    this.#options.deliveries.sender.wake();
  }

  async #isFull(trx: Transaction, cameraId: string): Promise<boolean> {
    const { deliveries, log, maxWaiting = MAX_WAITING } = this.#options;
    const waiting = await deliveries.outbox.waiting(trx, cameraId, maxWaiting);
    const isFull = waiting >= maxWaiting;
    if (isFull && !this.#full.has(cameraId))
      log.warn(
        { cameraId, waiting },
        'too many events wait for the analysis backend; further ones are not sent',
      );
    if (isFull) this.#full.add(cameraId);
    else this.#full.delete(cameraId);
    return isFull;
  }
}

/** Idempotency key, the same however often the same phase of an event is stored. */
function deliveryId({ id }: EventState, phase: EventPhase): string {
  return `${EVENT_DELIVERY_PREFIX}${id}_${phase}`;
}

function facts(
  eventId: string,
  {
    cameraId,
    kind,
    label,
    score,
    startedAt,
    zones,
  }: Pick<EventState, keyof MomentaryEvent & keyof EventState>,
): Omit<CameraEventPayload, 'data'> {
  return {
    event_id: eventId,
    camera_id: cameraId,
    kind,
    label,
    score,
    started_at: startedAt / SECOND_MS,
    zones: [...(zones ?? [])],
  };
}
