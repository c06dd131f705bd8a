/** How fast a full outbox is drained. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createDeliveries, type Deliveries } from '../../gateway/deliveries/deliveries.ts';
import { AFTER_EARLIER_ONE, deliveryBody } from '../../gateway/deliveries/delivery.ts';
import { DeliveryRepository } from '../../gateway/deliveries/delivery-repository.ts';
import { createSecretBox, type SecretBox } from '../../gateway/store/secret-box.ts';
import { openStore, type Store } from '../../gateway/store/store.ts';
import { FastApiReceiver } from '../support/fastapi-receiver.ts';
import { silentLog } from '../support/serve.ts';

/** What is measured. */
export interface DeliveryBenchOptions {
  /** Deliveries that wait when the sender starts. */
  rows?: number;
  /** Cameras they are of: so many can be sent side by side. */
  cameras?: number;
  /** How long to measure. */
  seconds?: number;
  /** `postgres://` of an empty database; SQLite in a temporary folder without it. */
  databaseUrl?: string | undefined;
}

/** What was measured. */
export interface DeliveryBenchResult {
  /** Deliveries settled a minute. */
  perMinute: number;
  /** `GET /api/deliveries` as the store answers it meanwhile, slowest of a few, milliseconds. */
  listMs: number;
}

const CHUNK = 500;
const LISTINGS = 5;

/** Fills an outbox and lets one sender drain it to a receiver in this process. */
export async function measureDeliveries({
  rows = 100_000,
  cameras = 10_000,
  seconds = 10,
  databaseUrl,
}: DeliveryBenchOptions = {}): Promise<DeliveryBenchResult> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const log = silentLog;
  const store = openStore({ dataDir, databaseUrl, log });
  await store.whenReady();
  const secretBox = createSecretBox(randomBytes(32));
  await fill(store, secretBox, rows, cameras);
  const receiver = await FastApiReceiver.open();
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const deliveries = createDeliveries({ store, secretBox, appPyUrl: receiver.url, webhookSecret, log });
  try {
    return await measure(deliveries, new DeliveryRepository(store), seconds);
  } finally {
    await deliveries.close();
    await receiver.close();
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(
  deliveries: Deliveries,
  repository: DeliveryRepository,
  seconds: number,
): Promise<DeliveryBenchResult> {
  const startedAt = performance.now();
  deliveries.start();
  let listMs = 0;
  for (let index = 0; index < LISTINGS; index += 1) {
    await delay((seconds * 1000) / LISTINGS);
    const askedAt = performance.now();
    await repository.list({ status: 'pending', limit: 100 });
    listMs = Math.max(listMs, performance.now() - askedAt);
  }
  const minutes = (performance.now() - startedAt) / 60_000;
  return { perMinute: deliveries.stats().delivered / minutes, listMs };
}

async function fill(store: Store, secretBox: SecretBox, rows: number, cameras: number): Promise<void> {
  const now = Date.now();
  for (let start = 0; start < rows; start += CHUNK) {
    const values = Array.from({ length: Math.min(CHUNK, rows - start) }, (_, offset) =>
      waitingDelivery(secretBox, start + offset, cameras, now),
    );
    await store.transaction((trx) => trx.insertInto('deliveries').values(values).execute());
  }
}

function waitingDelivery(secretBox: SecretBox, index: number, cameras: number, now: number) {
  const cameraId = `camera-${index % cameras}`;
  const body = deliveryBody({
    camera_id: cameraId,
    camera_description: `Camera ${cameraId} at the back`,
    stream_type: 'rtsp',
    rtsp_url: `rtsp://admin:secret-${index}@192.0.2.1:554/${cameraId}`,
    video_url: null,
  });
  return {
    id: `msg_${randomUUID()}`,
    camera_id: cameraId,
    target: '',
    queue: cameraId,
    payload: secretBox.seal(body),
    status: 'pending',
    attempts: 0,
    next_attempt_at: index < cameras ? now : AFTER_EARLIER_ONE,
    leased_until: 0,
    lease_owner: null,
    created_at: now,
    updated_at: now,
  };
}
