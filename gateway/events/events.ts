/** Builds events: storage, routes, live streams, retention. */

import { metric } from '#shared/contract/metrics.ts';
import { messageOf } from '#shared/errors.ts';
import type { Metric } from '#shared/http/prometheus-text.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { SteadyClock } from '#shared/steady-clock.ts';
import type { RouteGroup } from '../http/route.ts';
import type { Store } from '../store/store.ts';
import type { EventDeliveries } from './event-deliveries.ts';
import type { BeginListener } from './event-listeners.ts';
import { type EventFollower, EventLog } from './event-log.ts';
import { EventRepository, type EventRepositoryOptions } from './event-repository.ts';
import type { EventStream } from './event-stream.ts';
import { EventTail } from './event-tail.ts';
import { eventRoutes } from './routes.ts';

export interface EventsOptions {
  store: Store;
  /** Retention, days. */
  retentionDays: number;
  /** Delivers starts and ends of observed events to the analysis backend; absent: not delivered. */
  backend?: Pick<EventDeliveries, 'onLifecycle' | 'wake'> | undefined;
  /** Is told of events when they are first stored. */
  begins?: BeginListener | undefined;
  log: Logger;
  /** Pause between two retention runs, milliseconds. */
  everyMs?: number;
  /** Pause between two looks for changes of other gateways, milliseconds. */
  pollMs?: number;
  /** Refuses what was observed at a camera that has moved to another gateway. */
  expectOurs?: EventRepositoryOptions['expectOurs'];
  /** Unix milliseconds. */
  now?: () => number;
}

/** Events of one gateway. */
export interface Events {
  /** Takes events; an `EventSink`. */
  eventLog: EventLog;
  routes: RouteGroup;
  metrics(): Metric[];
  start(): void;
  /** Ends live streams and retention; call before the server and the store are closed. */
  close(): Promise<void>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const EVERY_MS = 60_000;
/** Changes of another gateway are told within a second. */
export const EVENTS_POLL_MS = 1000;
/** An ongoing event is updated far more often than this. */
const UNSEEN_MS = 60_000;

/** Builds events; `start` runs retention. */
export function createEvents(options: EventsOptions): Events {
  const {
    store,
    log,
    backend,
    begins,
    expectOurs,
    now,
    everyMs = EVERY_MS,
    pollMs = EVENTS_POLL_MS,
  } = options;
  const repository = new EventRepository(store, {
    ...(now && { now }),
    ...{ onLifecycle: backend?.onLifecycle, begins, expectOurs },
  });
  const eventLog = new EventLog({ repository, log });
  for (const listener of [backend, begins])
    if (listener !== undefined) eventLog.onChange(() => listener.wake());
  const streams = new Set<EventStream>();
  const steady = new SteadyClock();
  const pruneNow = now ?? (() => steady.now());
  const retention = new PeriodicJob({
    run: (signal) => tidy(repository, eventLog, { ...options, pruneNow }, signal),
    onError: (error) => log.debug({ reason: messageOf(error) }, 'could not delete old events'),
    everyMs,
    turn: () => store.turns.take('retention of events', 3 * everyMs),
  });
  const isShared = store.engine === 'postgres';
  const tail = isShared ? new EventTail(repository) : undefined;
  const poll = new PeriodicJob({
    run: () =>
      tail === undefined ? catchUpAll(repository, streams) : offerAll(tail, streams, eventLog.followers),
    onError: (error) => log.debug({ reason: messageOf(error) }, 'could not look for new events'),
    everyMs: pollMs,
  });
  return {
    eventLog,
    routes: eventRoutes({
      ...{ repository, streams, isShared },
      onChange: (listener) => eventLog.onChange(listener),
    }),
    metrics: () => [eventMetric(eventLog.counts)],
    start: () => {
      retention.start();
      poll.start();
    },
    close: async () => {
      for (const stream of streams) stream.close();
      await Promise.all([retention.close(), poll.close()]);
    },
  };
}

/** Finds changes that other gateways wrote: one query, however many clients listen. */
async function catchUpAll(
  repository: Pick<EventRepository, 'newestChange'>,
  streams: ReadonlySet<EventStream>,
): Promise<void> {
  if (streams.size === 0) return;
  const newest = await repository.newestChange();
  for (const stream of streams) stream.catchUp(newest);
}

/** The same where several gateways store, whose changes may come late. */
async function offerAll(
  tail: EventTail,
  streams: ReadonlySet<EventStream>,
  followers: ReadonlySet<EventFollower>,
): Promise<void> {
  const wanting = [...followers].filter(({ isWanted }) => isWanted);
  if (streams.size === 0 && wanting.length === 0) return tail.reset();
  for (const row of await tail.look()) {
    for (const stream of streams) stream.offer(row);
    for (const follower of wanting) follower.take(row);
  }
}

/** One retention run; a store failure is retried in the next. */
async function tidy(
  repository: EventRepository,
  eventLog: EventLog,
  { store, retentionDays, now = Date.now, pruneNow }: EventsOptions & { pruneNow: () => number },
  signal: AbortSignal,
): Promise<void> {
  if (!store.isReady) return;
  if ((await repository.endUnseen(now() - UNSEEN_MS)) > 0) eventLog.announce();
  while (!signal.aborted && (await repository.prune(pruneNow() - retentionDays * DAY_MS)) > 0);
}

function eventMetric(counts: ReadonlyMap<string, number>): Metric {
  const samples = [...counts].map(([kind, value]) => ({ labels: { kind }, value }));
  return metric('gateway_events_total', samples);
}
