/** What happened at cameras: listed, one by one, and live. */
import { nextDelayMs } from './backoff.ts';
import { GatewayError, unreachable } from './gateway-error.ts';
import type { CallOptions, HttpClient } from './http-client.ts';
import { readMessages } from './message-stream.ts';

/** Something that happened at a camera. */
export interface CameraEvent {
  id: string;
  cameraId: string;
  /** `motion`, `person`, `face` or `watch`. */
  kind: string;
  label: string;
  /** The best so far, 0 to 1; null where there is none. */
  score: number | null;
  [more: string]: unknown;
}

export interface EventPage {
  events: CameraEvent[];
  /** The `cursor` of the next page; null on the last one. */
  nextCursor: string | null;
}

/** Which events. */
export interface EventFilter {
  cameraId?: string;
  kind?: string;
  label?: string;
  [more: string]: string | number | boolean | undefined;
}

/** One message of the live stream. */
export interface EventMessage {
  /** What became of the event, in the server's word: `start`, `update`, `end`, `snapshot`. */
  type: string;
  event: CameraEvent;
}

const PATH = '/api/events';
/** Statuses that another try does not change. */
const FINAL_STATUSES = [400, 401, 403, 404, 405];

/** Calls under `/api/events`; all throw {@link GatewayError}. */
export class Events {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** Newest first. */
  list(
    filter: EventFilter & { limit?: number; cursor?: string } = {},
    call: CallOptions = {},
  ): Promise<EventPage> {
    return this.#http.json(PATH, { ...call, query: filter });
  }

  get(id: string, call: CallOptions = {}): Promise<CameraEvent> {
    return this.#http.json(`${PATH}/${encodeURIComponent(id)}`, call);
  }

  /** The address of an event's picture, for image views. */
  snapshotUrl(id: string): string {
    return this.#http.url(`${PATH}/${encodeURIComponent(id)}/snapshot`);
  }

  /**
   * Live events until aborted, over reconnections without a gap. React Native's own
   * fetch does not stream: give the client `fetch` of `expo/fetch` there.
   * @throws GatewayError when the gateway refuses, not when it is away for a while
   */
  async *follow(filter: EventFilter = {}, { signal }: CallOptions = {}): AsyncGenerator<EventMessage> {
    let lastId: string | undefined;
    let failures = 0;
    while (!signal?.aborted) {
      try {
        for await (const message of readMessages(await this.#open(filter, lastId, signal))) {
          lastId = message.id;
          failures = 0;
          const event = parseEvent(message.data);
          if (event !== undefined) yield { type: message.event, event };
        }
      } catch (error) {
        if (signal?.aborted) return;
        if (error instanceof GatewayError && FINAL_STATUSES.includes(error.status)) throw error;
      }
      await pause(nextDelayMs(failures), signal);
      failures += 1;
    }
  }

  async #open(filter: EventFilter, lastId: string | undefined, signal: AbortSignal | undefined) {
    try {
      return await this.#http.open(`${PATH}/stream`, {
        query: filter,
        signal,
        headers: {
          Accept: 'text/event-stream',
          ...(lastId === undefined ? {} : { 'Last-Event-ID': lastId }),
        },
      });
    } catch (error) {
      throw error instanceof GatewayError ? error : unreachable(error);
    }
  }
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
