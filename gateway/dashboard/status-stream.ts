/**
 * `GET /api/status/stream`: the gateway's state as server-sent events (HTML
 * standard, section 9.2). `state` is the whole, `change` the sections and members
 * that differ from the last message; cameras missing in `ids` are gone. All
 * listeners share one reader, which pauses while there are none.
 */
import type { Response } from 'express';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { camerasOf } from '../auth/rights.ts';
import { answeredHead, EVENT_STREAM_HEADERS } from '../http/event-stream.ts';
import { content, type RouteGroup, route } from '../http/route.ts';
import { type StatusSections, StatusText, sectionsOf } from './status-sections.ts';

export interface StatusStreamOptions {
  /** Reads the current state. */
  read: () => Promise<StatusSections>;
  /** Calls `listener` when reading immediately is worth it. Returns the unsubscribe function. */
  onChange: (listener: () => void) => () => void;
  log: Logger;
  /** Pause between two readings, milliseconds. */
  everyMs?: number;
  /** Pause between comments that keep proxies from closing an idle connection, milliseconds. */
  heartbeatMs?: number;
  /** Pause between two signs of life, which tell a page that the gateway is still there; milliseconds. */
  tickMs?: number;
  maxListeners?: number;
}

const EVERY_MS = 1000;
const HEARTBEAT_MS = 15_000;
const TICK_MS = 1000;
const MAX_LISTENERS = 100;
/** Reconnect delay for clients, milliseconds. */
const RECONNECT_MS = 2000;
/** Simultaneous changes are sent together after this time, milliseconds. */
const SETTLE_MS = 50;

interface Listener {
  response: Response;
  /** The only cameras that exist for the client; undefined: all. */
  cameras: ReadonlySet<string> | undefined;
  /** The last sent state; undefined before the first. */
  told: StatusText | undefined;
}

/** Sends the state to all listeners. */
export class StatusStream {
  readonly #options: StatusStreamOptions;
  readonly #listeners = new Set<Listener>();
  #newest: { sections: StatusSections; text: StatusText } | undefined;
  /** Reads while there are listeners. */
  #reader: PeriodicJob | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #ticks: NodeJS.Timeout | undefined;
  #stopWatching: () => void = () => {};

  constructor(options: StatusStreamOptions) {
    this.#options = options;
  }

  /** Number of listeners. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** `GET /api/status/stream`. */
  routes(): RouteGroup {
    return {
      name: 'Live state',
      description: 'The state of everything, as the dashboard shows it.',
      routes: [
        route({
          id: 'followStatus',
          method: 'get',
          path: '/api/status/stream',
          access: 'viewer',
          cameraScope: 'handled',
          summary: 'The state of everything, live',
          description:
            'Server-sent events. `state` is the whole: `now` (Unix milliseconds), `ids`, `cameras`, `statuses`, `workers`, `gateway` and `services`. `change` holds the sections and members that differ from the last message; cameras that are no longer in `ids` are gone. Statuses leave out what changes with every picture: `frameCount`, and `lastFrameTime` of connected cameras. `tick` comes every second: without it the gateway is gone.',
          answers: { 200: content('Events without end.', 'text/event-stream') },
          errors: ['too-many-requests'],
          handle: (req, res) => answeredHead(req, res) || this.#add(res, camerasOf(req)),
        }),
      ],
    };
  }

  /** Ends every response. */
  close(): void {
    for (const listener of this.#listeners) this.#remove(listener);
  }

  #add(response: Response, cameras: ReadonlySet<string> | undefined): void {
    const { maxListeners = MAX_LISTENERS } = this.#options;
    if (this.#listeners.size >= maxListeners) {
      throw new AppError('too-many-requests', `This gateway serves at most ${maxListeners} status streams`, {
        retryAfter: 5,
      });
    }
    response.writeHead(200, EVENT_STREAM_HEADERS);
    response.write(`retry: ${RECONNECT_MS}\n\n`);
    const listener: Listener = { response, cameras, told: undefined };
    this.#listeners.add(listener);
    response.on('close', () => this.#remove(listener));
    response.on('drain', () => this.#notify(listener));
    if (this.#listeners.size === 1) this.#start();
    else this.#notify(listener);
  }

  #remove(listener: Listener): void {
    if (!this.#listeners.delete(listener)) return;
    listener.response.end();
    if (this.#listeners.size === 0) this.#pauseReading();
  }

  #start(): void {
    const { onChange, log, everyMs = EVERY_MS, heartbeatMs = HEARTBEAT_MS, tickMs = TICK_MS } = this.#options;
    this.#reader = new PeriodicJob({
      run: () => this.#read(),
      onError: (error) => log.warn({ reason: messageOf(error) }, 'the state could not be read'),
      everyMs,
    });
    this.#stopWatching = onChange(() => this.#reader?.runNow(SETTLE_MS));
    this.#heartbeat = setInterval(() => {
      for (const { response } of this.#listeners) response.write(':\n\n');
    }, heartbeatMs);
    this.#ticks = setInterval(() => {
      for (const { response } of this.#listeners)
        if (!response.writableNeedDrain) response.write('event: tick\ndata: {}\n\n');
    }, tickMs);
    this.#reader.start();
  }

  #pauseReading(): void {
    this.#stopWatching();
    clearInterval(this.#heartbeat);
    clearInterval(this.#ticks);
    void this.#reader?.close();
    this.#reader = undefined;
    this.#newest = undefined;
  }

  async #read(): Promise<void> {
    const sections = await this.#options.read();
    if (this.#listeners.size === 0) return;
    this.#newest = { sections, text: new StatusText(sections) };
    for (const listener of this.#listeners) this.#notify(listener);
  }

  /** A slow reader gets fewer messages, each with all changes since the last. */
  #notify(listener: Listener): void {
    const { response, told } = listener;
    if (this.#newest === undefined || response.writableNeedDrain) return;
    const newest = textFor(this.#newest, listener.cameras);
    if (newest === told) return;
    const now = Date.now();
    const body = told === undefined ? newest.whole(now) : newest.since(told, now);
    listener.told = newest;
    if (body === undefined) return;
    response.write(`event: ${told === undefined ? 'state' : 'change'}\ndata: ${body}\n\n`);
  }
}

function textFor(
  { sections, text }: { sections: StatusSections; text: StatusText },
  cameras: ReadonlySet<string> | undefined,
): StatusText {
  return cameras === undefined ? text : new StatusText(sectionsOf(sections, cameras));
}
