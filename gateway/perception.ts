/** What looks at the pictures: analysis and its events, Moondream and its watches. */
import type { Metric } from '#shared/http/prometheus-text.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import { createAnalysis } from './analysis/analysis.ts';
import type { CameraChannel } from './analysis/camera-channel.ts';
import type { CameraDirectory } from './cameras/camera-directory.ts';
import type { PerceptionConfig } from './config/perception.ts';
import type { Deliveries } from './deliveries/deliveries.ts';
import { EventDeliveries } from './events/event-deliveries.ts';
import { createEvents } from './events/events.ts';
import { eventRoutes } from './events/routes.ts';
import type { RouteGroup } from './http/route.ts';
import { DailyRepository } from './moondream/daily-repository.ts';
import { createMoondream } from './moondream/moondream.ts';
import type { Store } from './store/store.ts';
import type { OnDemandPool } from './supervisor/on-demand-worker.ts';
import { createWatches } from './watches/watches.ts';
import type { CameraRouting } from './worker-access/camera-routing.ts';
import type { WorkerAddress } from './worker-access/worker-address.ts';

/** What is needed to build it. */
export interface PerceptionOptions {
  config: PerceptionConfig;
  store: Store;
  pool: OnDemandPool & {
    address(name: string): WorkerAddress | undefined;
    onReady(listener: (address: WorkerAddress) => void): () => void;
    onDown(listener: (name: string) => void): () => void;
  };
  /** Name of the analysis worker. */
  worker: string;
  directory: CameraDirectory;
  routing: CameraRouting;
  /** Tells the analysis backend of events. */
  deliveries: Pick<Deliveries, 'outbox' | 'sender'>;
  redactor: Redactor;
  log: Logger;
}

/** The parts of a gateway that see. */
export interface Perception {
  /** Detections for `/ws`. */
  channel: CameraChannel;
  /** For `/api/events`, `/api/moondream` and `/api/watches`. */
  routes: { events: RouteGroup; moondream: RouteGroup; watches: RouteGroup };
  health(): Record<string, unknown>;
  metrics(): Metric[];
  start(): void;
  /** Ends live streams first; to be called before the server and the store are closed. */
  close(): Promise<void>;
}

/** Builds it; nothing runs before `start`. */
export function createPerception(options: PerceptionOptions): Perception {
  const { config, store, pool, worker, directory, routing, redactor, log } = options;
  const backend = new EventDeliveries({ store, deliveries: options.deliveries, log });
  const events = createEvents({
    store,
    retentionDays: config.eventsRetentionDays,
    onLifecycle: config.deliversEvents ? backend.onLifecycle : undefined,
    log,
  });
  if (config.deliversEvents) events.events.onChange(() => backend.wake());
  const analysis = createAnalysis({
    pool,
    worker,
    isOn: config.analysis.isOn,
    directory,
    routing,
    events: events.events,
    log,
  });
  const moondream = createMoondream({
    ...config.moondream,
    ledger: new DailyRepository(store),
    routing,
    redactor,
  });
  const watches = createWatches({
    store,
    questions: moondream.questions,
    events: events.events,
    motion: config.analysis.isOn ? analysis.channel : undefined,
    deliverEvent: (id, event) => backend.deliver(id, event),
    budget: config.moondream.budget,
    timeoutMs: config.moondream.timeoutMs,
    routing,
    redactor,
    log,
  });
  return {
    channel: analysis.channel,
    routes: { events: eventRoutes(events.routes), moondream: moondream.routes, watches: watches.routes },
    health: () => ({ analysis: analysis.health(), moondream: moondream.report() }),
    metrics: () => [
      {
        name: 'gateway_events_total',
        help: 'Events that began since the start, by kind.',
        type: 'counter',
        samples: [...events.events.counts].map(([kind, value]) => ({ labels: { kind }, value })),
      },
    ],
    start: () => {
      events.start();
      analysis.start();
      watches.start();
    },
    close: async () => {
      await Promise.all([watches.close(), analysis.close()]);
      await events.close();
    },
  };
}
