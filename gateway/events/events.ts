/** Events as a whole: stored, listed, told live and cleared away. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Store } from '../store/store.ts';
import { EventLog } from './event-log.ts';
import { EventRepository, type TellTurn } from './event-repository.ts';
import type { EventStream } from './event-stream.ts';
import type { EventRoutesOptions } from './routes.ts';

/** What events need. */
export interface EventsOptions {
  store: Store;
  /** How long an event is kept after it began, days. */
  retentionDays: number;
  /** Who is told, in the same transaction, that an observed event began or ended. */
  tell?: TellTurn | undefined;
  log: Logger;
  /** Pause between two rounds of clearing away, milliseconds. */
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
  /** Ends live streams and housekeeping; to be called before the server and the store are closed. */
  close(): Promise<void>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const EVERY_MS = 60_000;
/** An event that goes on is brought up to date far more often than this. */
const UNSEEN_MS = 60_000;

/** Puts events together; nothing runs before `start`. */
export function createEvents(options: EventsOptions): Events {
  const { store, log, tell, now, everyMs = EVERY_MS } = options;
  const repository = new EventRepository(store, { ...(now && { now }), tell });
  const events = new EventLog({ repository, log });
  const streams = new Set<EventStream>();
  let timer: NodeJS.Timeout | undefined;
  let round = Promise.resolve();
  const begin = (): void => {
    round = round.then(() => tidy(repository, events, options));
  };
  return {
    events,
    routes: { repository, onChange: (listener) => events.onChange(listener), streams },
    start: () => {
      timer = setInterval(begin, everyMs);
      begin();
    },
    close: async () => {
      clearInterval(timer);
      for (const stream of streams) stream.close();
      await round;
    },
  };
}

/** One round; a store that does not answer is asked again in the next. */
async function tidy(
  repository: EventRepository,
  events: EventLog,
  { store, retentionDays, log, now = Date.now }: EventsOptions,
): Promise<void> {
  if (!store.isReady) return;
  try {
    if ((await repository.endUnseen(now() - UNSEEN_MS)) > 0) events.announce();
    while ((await repository.prune(now() - retentionDays * DAY_MS)) > 0);
  } catch (error) {
    log.debug({ reason: messageOf(error) }, 'events could not be cleared away');
  }
}
