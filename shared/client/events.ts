/** Events at cameras: list, single ones, live. */
import type { CameraEvent, EventPage } from './api-types.ts';
import { nextDelayMs } from './backoff.ts';
import { CLIENT_CODES, GatewayError, unreachable } from './gateway-error.ts';
import type { CallOptions, HttpClient } from './http-client.ts';
import { readMessages } from './message-stream.ts';

export type { CameraEvent, EventPage };

/** Filter of live events. */
export interface LiveEventFilter {
  cameraId?: string;
  kind?: string;
  /** Name of a zone. */
  zone?: string;
}

/** Filter of the list. */
export interface EventFilter extends LiveEventFilter {
  label?: string;
  /** Text in the label, or in questions and answers. */
  search?: string;
  state?: 'open' | 'ended';
  /** Started at or after this time, Unix seconds or ISO 8601. */
  since?: number | string;
  /** Started before this time. */
  until?: number | string;
  /** 0 to 1. */
  minScore?: number;
  limit?: number;
  cursor?: string;
}

/** A change of an event. */
export interface EventChange {
  type: 'start' | 'update' | 'end';
  event: CameraEvent;
}

const PATH = '/api/events';
/** The gateway sends something at least every 15 s. */
const SILENCE_MS = 40_000;
/** Statuses for which a retry is useless. */
const FINAL_STATUSES = [400, 401, 403, 404, 405];

/** Calls under `/api/events`; all throw {@link GatewayError}. */
export class Events {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** Newest first. */
  list(filter: EventFilter = {}, call: CallOptions = {}): Promise<EventPage> {
    return this.#http.json(PATH, { ...call, query: { ...filter } });
  }

  get(id: string, call: CallOptions = {}): Promise<CameraEvent> {
    return this.#http.json(`${PATH}/${encodeURIComponent(id)}`, call);
  }

  /** A picture of an event, a JPEG; the best unless the first is asked for. */
  snapshot(
    id: string,
    { picture, ...call }: CallOptions & { picture?: 'first' | 'best' } = {},
  ): Promise<Uint8Array> {
    const path = `${PATH}/${encodeURIComponent(id)}/snapshot`;
    return this.#http.read(
      path,
      { ...call, query: { picture } },
      async (response) => new Uint8Array(await response.arrayBuffer()),
    );
  }

  /** The address of an event's picture, for image views. */
  snapshotUrl(id: string, picture?: 'first' | 'best'): string {
    return this.#http.url(`${PATH}/${encodeURIComponent(id)}/snapshot`, { picture });
  }

  /** The address of an event's clip, for video views; an event with a clip has `clipUrl`. */
  clipUrl(id: string): string {
    return this.#http.url(`${PATH}/${encodeURIComponent(id)}/clip`);
  }

  /**
   * Changes of events until aborted, across reconnects without a gap. React Native's own
   * fetch does not stream: pass `fetch` of `expo/fetch` there.
   * @throws GatewayError when the gateway refuses, not while it is unreachable
   */
  async *follow(
    filter: LiveEventFilter = {},
    { signal }: Pick<CallOptions, 'signal'> = {},
  ): AsyncGenerator<EventChange> {
    if (!this.#http.canStream) throw noStreaming();
    let lastId: string | undefined;
    let failures = 0;
    while (!signal?.aborted) {
      try {
        const answer = await this.#open(filter, lastId, signal);
        for await (const message of readMessages(answer, SILENCE_MS)) {
          lastId = message.id;
          failures = 0;
          const event = parseEvent(message.data);
          if (event !== undefined) yield { type: message.event as EventChange['type'], event };
        }
      } catch (error) {
        if (signal?.aborted) return;
        if (error instanceof GatewayError && FINAL_STATUSES.includes(error.status)) throw error;
      }
      await pause(nextDelayMs(failures), signal);
      failures += 1;
    }
  }

  async #open(filter: LiveEventFilter, lastId: string | undefined, signal: AbortSignal | undefined) {
    try {
      return await this.#http.open(`${PATH}/stream`, {
        // A cross-origin page may not send `Last-Event-ID`.
        query: { ...filter, lastEventId: lastId },
        signal,
        headers: { Accept: 'text/event-stream' },
      });
    } catch (error) {
      throw error instanceof GatewayError ? error : unreachable(error);
    }
  }
}

function noStreaming(): GatewayError {
  return new GatewayError({
    code: CLIENT_CODES.noStreaming,
    message: 'This fetch cannot stream a response',
    hint: 'Give the client `fetch` of expo/fetch.',
  });
}

function parseEvent(data: string): CameraEvent | undefined {
  try {
    const value = JSON.parse(data) as CameraEvent | null;
    return typeof value?.cameraId === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
    function end(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    }
  });
}
