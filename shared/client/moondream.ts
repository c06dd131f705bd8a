/** Questions to Moondream about a picture or a camera's current frame. */
import type { AskedFrame, Box, MoondreamStatus } from './api-types.ts';
import { CLIENT_CODES, GatewayError, unreachable } from './gateway-error.ts';
import type { CallOptions, HttpClient } from './http-client.ts';
import { readMessages } from './message-stream.ts';

export type { AskedFrame, Box, MoondreamStatus };

/** Subject: the newest frame of a camera, or a picture as a `data:` URI. */
export type MoondreamSubject = { cameraId: string } | { image_url: string };

/** Members unknown to this client are sent as they are; the gateway refuses those that it does not know. */
type Ask<T> = MoondreamSubject & T & { [more: string]: unknown };
export type QueryRequest = Ask<{ question: string; reasoning?: boolean }>;
export type CaptionRequest = Ask<{ length?: 'short' | 'normal' | 'long' }>;
export type ObjectRequest = Ask<{ object: string }>;

/** Every answer: Moondream's own members unchanged, and the frame. */
export type MoondreamAnswer<T> = T & { request_id?: string; frame?: AskedFrame; [more: string]: unknown };

/** A piece of a streamed answer. */
export interface MoondreamPiece {
  /** New text, in any dialect of Moondream; empty for messages without text. */
  text: string;
  /** The message as received. */
  data: Record<string, unknown>;
}

const TIMEOUT_MS = 60_000;

/** Calls under `/api/moondream`; all throw {@link GatewayError}. */
export class Moondream {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** Whether it is configured and works. */
  status(call: CallOptions = {}): Promise<MoondreamStatus> {
    return this.#http.json('/api/moondream/status', call);
  }

  query(request: QueryRequest, call: CallOptions = {}): Promise<MoondreamAnswer<{ answer: string }>> {
    return this.#ask('query', request, call);
  }

  caption(request: CaptionRequest, call: CallOptions = {}): Promise<MoondreamAnswer<{ caption: string }>> {
    return this.#ask('caption', request, call);
  }

  detect(request: ObjectRequest, call: CallOptions = {}): Promise<MoondreamAnswer<{ objects: Box[] }>> {
    return this.#ask('detect', request, call);
  }

  point(
    request: ObjectRequest,
    call: CallOptions = {},
  ): Promise<MoondreamAnswer<{ points: { x: number; y: number }[] }>> {
    return this.#ask('point', request, call);
  }

  segment(
    request: ObjectRequest,
    call: CallOptions = {},
  ): Promise<MoondreamAnswer<{ path: string; bbox?: Box }>> {
    return this.#ask('segment', request, call);
  }

  /**
   * Streams the answer. Leaving the loop or aborting ends it upstream too. React
   * Native's own fetch does not stream: pass `fetch` of `expo/fetch` there.
   * @throws GatewayError also in the middle, if Moondream fails then
   */
  async *stream(
    skill: 'query' | 'caption' | 'segment',
    request: QueryRequest | CaptionRequest | ObjectRequest,
    { signal }: CallOptions = {},
  ): AsyncGenerator<MoondreamPiece> {
    const response = await this.#http.open(`/api/moondream/${skill}`, {
      method: 'POST',
      json: { ...request, stream: true },
      headers: { Accept: 'text/event-stream' },
      signal,
    });
    try {
      for await (const { data } of readMessages(response)) {
        const piece = parsePiece(data);
        if (piece !== undefined) yield piece;
      }
    } catch (error) {
      if (error instanceof GatewayError || signal?.aborted) throw error;
      throw unreachable(error);
    }
  }

  #ask<T>(skill: string, json: object, call: CallOptions): Promise<T> {
    const timeoutMs = call.timeoutMs ?? TIMEOUT_MS;
    return this.#http.json(`/api/moondream/${skill}`, { ...call, timeoutMs, method: 'POST', json });
  }
}

/** Moondream sends `chunk` or `text`, and may fail in a message of its own. */
function parsePiece(text: string): MoondreamPiece | undefined {
  if (text === '[DONE]') return undefined;
  let data: Record<string, unknown>;
  try {
    data = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  if (data.error !== undefined) throw failure(data);
  const piece = data.chunk ?? data.text;
  return { text: typeof piece === 'string' ? piece : '', data };
}

function failure(data: Record<string, unknown>): GatewayError {
  const { error, code, status, hint } = data;
  return new GatewayError({
    code: typeof code === 'string' ? code : CLIENT_CODES.unexpected,
    message: typeof error === 'string' ? error : 'Moondream failed during its answer',
    status: typeof status === 'number' ? status : 0,
    hint: typeof hint === 'string' ? hint : undefined,
    problem: data,
  });
}
