/** The transactional outbox: a delivery is committed together with its stream or event. */
import { randomUUID } from 'node:crypto';
import type { Transaction } from '../store/database.ts';
import type { SecretBox } from '../store/secret-box.ts';
import { BACKEND, type DeliveryPayload, deliveryBody, queueOf } from './delivery.ts';
import type { DeliveryRepository } from './delivery-repository.ts';

/** Accepts deliveries; wake the sender after the commit. */
export interface Outbox {
  /**
   * Stores a delivery as part of a transaction; deliveries of one camera are sent in this order.
   * @param delivery `id`: not stored again if it exists; default: a new one
   */
  enqueue(
    trx: Transaction,
    delivery: { id?: string; cameraId: string; payload: DeliveryPayload },
  ): Promise<void>;
  /** Whether a delivery is stored, sent or not. */
  has(trx: Transaction, id: string): Promise<boolean>;
  /** Pending deliveries of a camera, counted up to `limit`. */
  waiting(trx: Transaction, cameraId: string, limit: number): Promise<number>;
}

export interface OutboxOptions {
  repository: DeliveryRepository;
  /** Payloads may hold camera passwords. */
  secretBox: SecretBox;
  /** Unix milliseconds. */
  now?: () => number;
}

/** An outbox over the table `deliveries`. */
export function createOutbox({ repository, secretBox, now = Date.now }: OutboxOptions): Outbox {
  return {
    enqueue: async (trx, { id = `msg_${randomUUID()}`, cameraId, payload }) => {
      const sealed = secretBox.seal(deliveryBody(payload));
      await repository.insert(trx, { id, cameraId, payload: sealed }, now());
    },
    has: (trx, id) => repository.has(trx, id),
    waiting: (trx, cameraId, limit) => repository.countPending(trx, queueOf(BACKEND, cameraId), limit),
  };
}
