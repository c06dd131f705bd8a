/** Composes watches: storage, runner and routes. */
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { MotionSource } from '../analysis/camera-channel.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { EventSink } from '../events/event.ts';
import type { RouteGroup } from '../http/route.ts';
import type { Reasoner } from '../reasoning/reasoner.ts';
import type { Store } from '../store/store.ts';
import { startWhenReady } from '../store/store-jobs.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { BudgetRepository, type HourlyBudget } from './budget-repository.ts';
import { MotionTrigger } from './motion-trigger.ts';
import { watchRoutes } from './routes.ts';
import type { ActionTargets, ToldTargets } from './watch-actions.ts';
import { createWatchAsker, type WatchAsker } from './watch-asker.ts';
import { type WatchAttemptOptions, WatchAttempts } from './watch-attempt.ts';
import { WatchLeaseRepository } from './watch-lease-repository.ts';
import { WatchRepository } from './watch-repository.ts';
import { WatchRunner } from './watch-runner.ts';

export interface WatchesOptions {
  store: Store;
  reasoner: Pick<Reasoner, 'answer'>;
  directory: Pick<CameraDirectory, 'find'>;
  /** What acts when a watch fires. */
  targets: ActionTargets;
  /** Who can be told then. */
  notices: ToldTargets;
  events: EventSink;
  /** Absent: watches that wait for motion are refused. */
  motion?: MotionSource | undefined;
  /** Absent: watches that want deliveries are refused. */
  deliverEvent?: WatchAttemptOptions['deliverEvent'];
  onReading?: WatchAttemptOptions['onReading'];
  /** MOONDREAM_HOURLY_BUDGET and MOONDREAM_CAMERA_HOURLY_BUDGET. */
  budget: HourlyBudget;
  /** MOONDREAM_TIMEOUT_MS. */
  timeoutMs: number;
  /** Most watches. */
  max?: number;
  /** Longest pause between two polls of the store, milliseconds. */
  pollMs?: number;
  routing: Pick<CameraRouting, 'expectKnown'>;
  redactor: Redactor;
  log: Logger;
  /** Unix milliseconds. */
  now?: () => number;
}

/** Watches of one gateway. */
export interface Watches {
  /** For `/api/watches`. */
  routes: RouteGroup;
  /** For `GET /health`, from memory. */
  report(): { failing: number };
  /** Starts to ask when the database is ready. */
  start(): void;
  /** Call before the store is closed. */
  close(): Promise<void>;
}

const MAX_WATCHES = 200;
/** Time beside the answer itself: rate limit, picture, event. Milliseconds. */
const LEASE_MARGIN_MS = 60_000;

/** Builds watches; asks nothing before `start`. */
export function createWatches(options: WatchesOptions): Watches {
  const { store, motion, routing, directory, log, max = MAX_WATCHES, now = Date.now } = options;
  const repository = new WatchRepository(store);
  const asker = createWatchAsker(options.reasoner, directory);
  const attempts = createAttempts(options, asker, now);
  const runner = createRunner(options, attempts, now);
  const wake = (): void => runner.wake();
  const trigger = motion && new MotionTrigger({ source: motion, repository, wake, log, now });
  const hasMotion = motion !== undefined;
  const canDeliver = options.deliverEvent !== undefined;
  let isClosed = false;
  const begin = (): void => {
    if (isClosed) return;
    runner.start();
    trigger?.start();
  };
  return {
    routes: watchRoutes({
      ...{ repository, asker, routing, directory, hasMotion, canDeliver, max, wake, now },
      notices: options.notices,
    }),
    report: () => ({ failing: runner.failing }),
    start: () => startWhenReady(store, begin),
    close: async () => {
      isClosed = true;
      await Promise.all([trigger?.close(), runner.close()]);
    },
  };
}

function createAttempts(options: WatchesOptions, asker: WatchAsker, now: () => number): WatchAttempts {
  const { targets, notices, events, deliverEvent, onReading, redactor, log } = options;
  return new WatchAttempts({
    asker,
    events,
    deliverEvent,
    onReading,
    redactor,
    log,
    now,
    reach: { targets, notices },
  });
}

function createRunner(options: WatchesOptions, attempts: WatchAttempts, now: () => number): WatchRunner {
  const { store, budget, timeoutMs, log, pollMs } = options;
  const leases = new WatchLeaseRepository({
    store,
    budget: new BudgetRepository(budget),
    leaseMs: timeoutMs + LEASE_MARGIN_MS,
  });
  return new WatchRunner({ leases, attempts, log, now, ...(pollMs === undefined ? {} : { pollMs }) });
}
