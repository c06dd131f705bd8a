/** Builds events: storage, routes, live streams, retention. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '../jobs/periodic-job.ts';
import { SteadyClock } from '../jobs/steady-clock.ts';
import type { Store } from '../store/store.ts';
import { EventLog } from './event-log.ts';
import { EventRepository, type LifecycleListener } from './event-repository.ts';
import type { EventStream } from './event-stream.ts';
import type { EventRoutesOptions } from './routes.ts';

export interface EventsOptions {
  store: Store;
  /** Retention, days. */
  retentionDays: number;
  /** Called in the transaction that stores an observed event's start or end. */
  onLifecycle?: LifecycleListener | undefined;
  log: Logger;
  /** Pause between two retention runs, milliseconds. */
  everyMs?: number;
  /** Unix milliseconds. */
  now?: () => number;
}

/** Events of one gateway. */
export interface Events {
  /** Takes events; an `EventSink`. */
  events: EventLog;
  /** For `eventRoutes`. */
  routes: EventRoutesOptions;
  start(): void;
  /** Ends live streams and retention; call before the server and the store are closed. */
  close(): Promise<void>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const EVERY_MS = 60_000;
/** An ongoing event is updated far more often than this. */
const UNSEEN_MS = 60_000;

/** Builds events; `start` runs retention. */
export function createEvents(options: EventsOptions): Events {
  const { store, log, onLifecycle, now, everyMs = EVERY_MS } = options;
  const repository = new EventRepository(store, { ...(now && { now }), onLifecycle });
  const events = new EventLog({ repository, log });
  const streams = new Set<EventStream>();
  const steady = new SteadyClock();
  const pruneNow = now ?? (() => steady.now());
  const retention = new PeriodicJob({
    run: (signal) => tidy(repository, events, { ...options, pruneNow }, signal),
    onError: (error) => log.debug({ reason: messageOf(error) }, 'could not delete old events'),
    everyMs,
  });
  return {
    events,
    routes: { repository, onChange: (listener) => events.onChange(listener), streams },
    start: () => retention.start(),
    close: async () => {
      for (const stream of streams) stream.close();
      await retention.close();
    },
  };
}

/** One retention run; a store failure is retried in the next. */
async function tidy(
  repository: EventRepository,
  events: EventLog,
  { store, retentionDays, now = Date.now, pruneNow }: EventsOptions & { pruneNow: () => number },
  signal: AbortSignal,
): Promise<void> {
  if (!store.isReady) return;
  if ((await repository.endUnseen(now() - UNSEEN_MS)) > 0) events.announce();
  while (!signal.aborted && (await repository.prune(pruneNow() - retentionDays * DAY_MS)) > 0);
}
