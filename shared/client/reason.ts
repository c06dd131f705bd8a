/** Questions to cameras, answered by any provider of the gateway. */
import type {
  AskRequest,
  CountRequest,
  DescribeRequest,
  Digest,
  FindRequest,
  PointRequest,
  ProviderDraft,
  ProviderTest,
  ProviderTestAnswer,
  ReasonAnswer,
  ReasonAnswers,
  ReasonFailure,
  ReasonHistory,
  ReasonSettings,
  ReasonSettingsChanges,
  ReasonStatus,
} from './api-types.ts';
import { CLIENT_CODES, GatewayError, unreachable } from './gateway-error.ts';
import type { CallOptions, HttpClient } from './http-client.ts';
import { readMessages } from './message-stream.ts';

export type {
  Digest,
  ProviderDraft,
  ProviderTest,
  ProviderTestAnswer,
  ReasonAnswer,
  ReasonAnswers,
  ReasonFailure,
  ReasonHistory,
  ReasonSettings,
  ReasonSettingsChanges,
  ReasonStatus,
};

/** A request by what is asked. */
export interface ReasonRequests {
  ask: AskRequest;
  describe: DescribeRequest;
  find: FindRequest;
  point: PointRequest;
  count: CountRequest;
}
export type ReasonKind = keyof ReasonRequests;

/** What happens while cameras are asked. */
export type ReasonProgress =
  | { event: 'frame'; cameraId: string; frame: ReasonAnswer['frame'] }
  | { event: 'text'; cameraId: string; text: string }
  | { event: 'answer'; answer: ReasonAnswer }
  | { event: 'error'; cameraId: string; error: GatewayError };

/** Filter of the history. */
export interface HistoryFilter {
  cameraId?: string;
  kind?: ReasonKind;
  /** Words in question or answer. */
  q?: string;
  /** Unix seconds or ISO 8601. */
  since?: string;
  until?: string;
  limit?: number;
  /** `nextCursor` of the page before. */
  cursor?: string;
}

const PATH = '/api/reason';
/** Local models may have to be loaded first. */
const TIMEOUT_MS = 180_000;

/** Calls under `/api/reason`; all throw {@link GatewayError}. */
export class Reason {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  ask(request: AskRequest, call: CallOptions = {}): Promise<ReasonAnswers> {
    return this.#whole('ask', request, call);
  }

  describe(request: DescribeRequest, call: CallOptions = {}): Promise<ReasonAnswers> {
    return this.#whole('describe', request, call);
  }

  /** Boxes from 0 to 1. */
  find(request: FindRequest, call: CallOptions = {}): Promise<ReasonAnswers> {
    return this.#whole('find', request, call);
  }

  /** Points from 0 to 1. */
  point(request: PointRequest, call: CallOptions = {}): Promise<ReasonAnswers> {
    return this.#whole('point', request, call);
  }

  count(request: CountRequest, call: CallOptions = {}): Promise<ReasonAnswers> {
    return this.#whole('count', request, call);
  }

  /**
   * Asks and tells what happens meanwhile. A camera that cannot be asked gives an `error`; the others go on.
   * Leaving the loop or aborting ends it upstream too. React Native's own fetch does not stream: pass `fetch`
   * of `expo/fetch` there.
   * @throws GatewayError when no camera was asked, and when the connection breaks
   */
  async *stream<Kind extends ReasonKind>(
    kind: Kind,
    request: ReasonRequests[Kind],
    { signal }: CallOptions = {},
  ): AsyncGenerator<ReasonProgress> {
    const response = await this.#http.open(`${PATH}/${kind}`, {
      method: 'POST',
      json: request,
      headers: { Accept: 'text/event-stream' },
      signal,
    });
    try {
      for await (const { event, data } of readMessages(response)) {
        if (event === 'done') return;
        yield progressOf(event, JSON.parse(data));
      }
    } catch (error) {
      if (error instanceof GatewayError || signal?.aborted) throw error;
      throw unreachable(error);
    }
    throw new GatewayError({ code: CLIENT_CODES.unreachable, message: 'The answer broke off' });
  }

  /** Answers that were given, newest first. */
  history(filter: HistoryFilter = {}, call: CallOptions = {}): Promise<ReasonHistory> {
    return this.#http.json(`${PATH}/history`, { ...call, query: { ...filter } });
  }

  answer(id: string, call: CallOptions = {}): Promise<ReasonAnswer> {
    return this.#http.json(`${PATH}/history/${encodeURIComponent(id)}`, call);
  }

  /** Forgets an answer and its pictures. */
  forget(id: string, call: CallOptions = {}): Promise<void> {
    return this.#http.json(`${PATH}/history/${encodeURIComponent(id)}`, { ...call, method: 'DELETE' });
  }

  /** What happened in a time: counts, timeline, pictures, and a paragraph where a provider may be asked. */
  digest(
    {
      from,
      to,
      text,
    }: { from?: string | undefined; to?: string | undefined; text?: boolean | undefined } = {},
    call: CallOptions = {},
  ): Promise<Digest> {
    return this.#http.json(`${PATH}/digest`, { timeoutMs: TIMEOUT_MS, ...call, query: { from, to, text } });
  }

  /** Which providers can be asked, and what each can do. */
  status(call: CallOptions = {}): Promise<ReasonStatus> {
    return this.#http.json(`${PATH}/status`, call);
  }

  settings(call: CallOptions = {}): Promise<ReasonSettings> {
    return this.#http.json(`${PATH}/settings`, call);
  }

  changeSettings(changes: ReasonSettingsChanges, call: CallOptions = {}): Promise<ReasonSettings> {
    return this.#http.json(`${PATH}/settings`, { ...call, method: 'PATCH', json: changes });
  }

  /** Asks a provider about a small picture, with settings that need not be kept yet. */
  test(provider: ProviderTest, call: CallOptions = {}): Promise<ProviderTestAnswer> {
    return this.#http.json(`${PATH}/test`, {
      timeoutMs: TIMEOUT_MS,
      ...call,
      method: 'POST',
      json: provider,
    });
  }

  #whole(kind: ReasonKind, json: object, call: CallOptions): Promise<ReasonAnswers> {
    return this.#http.json(`${PATH}/${kind}`, { timeoutMs: TIMEOUT_MS, ...call, method: 'POST', json });
  }
}

/** @throws GatewayError for a failure that no single camera has */
function progressOf(event: string, data: Record<string, unknown>): ReasonProgress {
  if (event === 'answer') return { event, answer: data as unknown as ReasonAnswer };
  if (event !== 'error') return { event, ...data } as ReasonProgress;
  const { cameraId, error } = data as { cameraId?: string; error: Record<string, unknown> };
  const failure = new GatewayError({
    code: String(error.code),
    message: String(error.detail),
    status: Number(error.status),
    hint: typeof error.hint === 'string' ? error.hint : undefined,
    retryAfterMs: typeof error.retryAfter === 'number' ? error.retryAfter * 1000 : undefined,
    problem: error,
  });
  if (cameraId === undefined) throw failure;
  return { event, cameraId, error: failure };
}
