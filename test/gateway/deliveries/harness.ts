/** What tests of deliveries stand on. */
import { randomBytes } from 'node:crypto';
import type { CameraStreamPayload } from '#shared/contract/delivery.ts';
import { DeliveryRepository } from '../../../gateway/deliveries/delivery-repository.ts';
import { DeliverySender, type DeliverySenderOptions } from '../../../gateway/deliveries/delivery-sender.ts';
import { LeaseRepository } from '../../../gateway/deliveries/lease-repository.ts';
import { createOutbox, type Outbox } from '../../../gateway/deliveries/outbox.ts';
import { OutcomeLog } from '../../../gateway/deliveries/outcome-log.ts';
import type { DeliveryRow } from '../../../gateway/store/database.ts';
import { createSecretBox, type SecretBox } from '../../../gateway/store/secret-box.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { silentLog } from '../../support/serve.ts';

export const LEASE_MS = 60_000;

/** What the analysis backend is told of an RTSP stream. */
export function streamPayload(
  cameraId: string,
  change: Partial<CameraStreamPayload> = {},
): CameraStreamPayload {
  return {
    camera_id: cameraId,
    camera_description: null,
    stream_type: 'rtsp',
    rtsp_url: 'rtsp://admin:S3cr3tC4nary@192.0.2.1:554/1',
    video_url: null,
    ...change,
  };
}

/** Deliveries of one store, with a clock that a test moves. */
export class DeliveryStage {
  readonly store: Store;
  readonly repository: DeliveryRepository;
  readonly secretBox: SecretBox;
  readonly outbox: Outbox;
  readonly outcomes = new OutcomeLog(silentLog);
  /** Unix milliseconds. */
  now = Date.now();
  #senders: DeliverySender[] = [];

  constructor(store: Store, secretBox: SecretBox = createSecretBox(randomBytes(32))) {
    this.store = store;
    this.secretBox = secretBox;
    this.repository = new DeliveryRepository(store);
    this.outbox = createOutbox({
      repository: this.repository,
      secretBox: this.secretBox,
      now: () => this.now,
    });
  }

  /** Stores deliveries of these cameras, each in a transaction of its own. */
  async enqueue(...cameraIds: string[]): Promise<void> {
    for (const cameraId of cameraIds) {
      await this.store.transaction((trx) =>
        this.outbox.enqueue(trx, { cameraId, payload: streamPayload(cameraId) }),
      );
    }
  }

  leases(owner: string): LeaseRepository {
    return new LeaseRepository({ store: this.store, owner, leaseMs: LEASE_MS });
  }

  /** Starts a sender, to be closed by {@link DeliveryStage.close} at the latest. */
  startSender(
    options: Partial<DeliverySenderOptions> & Pick<DeliverySenderOptions, 'endpoint'>,
  ): DeliverySender {
    const sender = new DeliverySender({
      leases: this.leases(`sender-${this.#senders.length}`),
      secretBox: this.secretBox,
      outcomes: this.outcomes,
      log: silentLog,
      now: () => this.now,
      random: () => 0,
      closeMs: 200,
      pollMs: 50,
      ...options,
    });
    this.#senders.push(sender);
    sender.start();
    return sender;
  }

  /** Every delivery in order of creation. */
  async rows(): Promise<DeliveryRow[]> {
    return (await this.repository.list({ limit: 100_000 })).reverse();
  }

  async row(cameraId: string): Promise<DeliveryRow> {
    return (await this.repository.list({ cameraId, limit: 1 }))[0] as DeliveryRow;
  }

  async close(): Promise<void> {
    await Promise.all(this.#senders.map((sender) => sender.close()));
  }
}
