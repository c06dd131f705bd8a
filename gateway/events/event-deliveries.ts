/** Tells the analysis backend of events through the outbox: facts only, never a picture. */
import type { Transaction } from 'kysely';
import type { CameraEventPayload } from '#shared/camera-event.ts';
import type { Logger } from '#shared/logger.ts';
import type { Deliveries } from '../deliveries/deliveries.ts';
import { EVENT_DELIVERY_PREFIX } from '../deliveries/delivery.ts';
import type { Database } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import type { EventState, MomentaryEvent } from './event.ts';
import type { EventTurn, TellTurn } from './event-repository.ts';

export interface EventDeliveriesOptions {
  store: Pick<Store, 'transaction'>;
  deliveries: Pick<Deliveries, 'outbox' | 'sender'>;
  log: Logger;
  /** Of each camera no more deliveries wait: events go on while a backend is away, for days if need be. */
  maxWaiting?: number;
}

const MAX_WAITING = 1000;
const SECOND_MS = 1000;

/** Makes deliveries of events. */
export class EventDeliveries {
  readonly #options: EventDeliveriesOptions;
  readonly #full = new Set<string>();

  constructor(options: EventDeliveriesOptions) {
    this.#options = options;
  }

  /** Tells of an event that is over as soon as it happens. @throws AppError `storage-*` */
  async deliver(eventId: string, event: MomentaryEvent): Promise<void> {
    const { store, deliveries } = this.#options;
    const payload = { ...facts(eventId, event), data: event.data };
    const { cameraId } = event;
    await store.transaction((trx) => deliveries.outbox.enqueue(trx, { cameraId, payload }));
    deliveries.sender.wake();
  }

  /** Tells that an observed event began or ended, as part of the transaction that stores it; each is told once. */
  readonly tell: TellTurn = async (trx, event, turn) => {
    const { cameraId } = event;
    if (await this.#isFull(trx, cameraId)) return;
    const payload: CameraEventPayload = {
      ...facts(event.id, event),
      change: turn,
      ended_at: event.endedAt === null ? null : event.endedAt / SECOND_MS,
      data: event.data,
    };
    await this.#options.deliveries.outbox.enqueue(trx, { id: deliveryId(event, turn), cameraId, payload });
  };

  /** What was told is committed. */
  wake(): void {
    this.#options.deliveries.sender.wake();
  }

  async #isFull(trx: Transaction<Database>, cameraId: string): Promise<boolean> {
    const { deliveries, log, maxWaiting = MAX_WAITING } = this.#options;
    const waiting = await deliveries.outbox.waiting(trx, cameraId, maxWaiting);
    const isFull = waiting >= maxWaiting;
    if (isFull && !this.#full.has(cameraId))
      log.warn({ cameraId, waiting }, 'the analysis backend is told of no more events for now');
    if (isFull) this.#full.add(cameraId);
    else this.#full.delete(cameraId);
    return isFull;
  }
}

/** The receiver's idempotency key: the same however often the same turn of the same event is stored. */
function deliveryId({ id }: EventState, turn: EventTurn): string {
  return `${EVENT_DELIVERY_PREFIX}${id}_${turn}`;
}

function facts(
  eventId: string,
  { cameraId, kind, label, score, startedAt }: Pick<EventState, keyof MomentaryEvent & keyof EventState>,
): Omit<CameraEventPayload, 'data'> {
  return {
    event_id: eventId,
    camera_id: cameraId,
    kind,
    label,
    score,
    started_at: startedAt / SECOND_MS,
  };
}
