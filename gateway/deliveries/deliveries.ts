/** Builds deliveries: outbox, sender and routes. */
import { randomUUID } from 'node:crypto';
import type { Metric } from '#shared/http/prometheus-text.ts';
import type { Logger } from '#shared/logger.ts';
import type { RouteGroup } from '../http/route.ts';
import type { SecretBox } from '../store/secret-box.ts';
import type { Store } from '../store/store.ts';
import { startWhenReady } from '../store/store-jobs.ts';
import { type DeliveryStats, deliveryMetrics } from './delivery-metrics.ts';
import { DeliveryRepository } from './delivery-repository.ts';
import { DeliverySender } from './delivery-sender.ts';
import { Housekeeping } from './housekeeping.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import { LeaseRepository } from './lease-repository.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { OutcomeLog } from './outcome-log.ts';
import { deliveryRoutes } from './routes.ts';

export interface DeliveriesOptions {
  store: Store;
  secretBox: SecretBox;
  /** APP_PY_URL without a trailing slash; undefined: deliveries are stored and wait. */
  appPyUrl: string | undefined;
  /** WEBHOOK_SECRET; undefined: nothing is signed. */
  webhookSecret: string | undefined;
  log: Logger;
}

/** Deliveries of one gateway. */
export interface Deliveries {
  outbox: Outbox;
  sender: DeliverySender;
  routes: RouteGroup;
  stats(): DeliveryStats;
  metrics(): Metric[];
  start(): void;
  /** Stops sending; call before the store is closed. */
  close(): Promise<void>;
}

/** A lease outlives every attempt (15 s), with room for clock differences between gateways. */
const LEASE_MS = 60_000;

/** Builds deliveries; `start` begins to send. */
export function createDeliveries(options: DeliveriesOptions): Deliveries {
  const { store, secretBox, appPyUrl, webhookSecret, log } = options;
  const repository = new DeliveryRepository(store);
  const outcomes = new OutcomeLog(log);
  const isOurTurn = () => store.turns.take('retention of deliveries', 60_000);
  const housekeeping = new Housekeeping({ repository, isOurTurn, log });
  const sender = new DeliverySender({
    leases: new LeaseRepository({ store, owner: randomUUID(), leaseMs: LEASE_MS }),
    endpoint: appPyUrl === undefined ? undefined : new HttpEndpoint({ baseUrl: appPyUrl, webhookSecret }),
    secretBox,
    outcomes,
    log,
  });
  const stats = () => describeDeliveries(appPyUrl !== undefined, housekeeping, outcomes);
  return {
    outbox: createOutbox({ repository, secretBox }),
    sender,
    routes: deliveryRoutes({ repository, secretBox, wake: () => sender.wake() }),
    stats,
    metrics: () => deliveryMetrics(stats()),
    // Before the first migration there is nothing to send, and no fault to warn of.
    start: () =>
      startWhenReady(store, () => {
        sender.start();
        housekeeping.start();
      }),
    close: async () => {
      await Promise.all([sender.close(), housekeeping.close()]);
    },
  };
}

function describeDeliveries(
  isConfigured: boolean,
  { counts }: Housekeeping,
  { successes, failures, lastFailure }: OutcomeLog,
): DeliveryStats {
  const oldestAt = counts?.oldestPendingAt;
  return {
    isConfigured,
    counts: counts && { pending: counts.pending, delivered: counts.delivered, parked: counts.parked },
    oldestPendingSeconds: oldestAt === undefined ? undefined : Math.max(0, (Date.now() - oldestAt) / 1000),
    delivered: successes,
    failures,
    lastError: lastFailure && { ...lastFailure, at: new Date(lastFailure.at).toISOString() },
  };
}
