/** HTTP calls to a gateway. */
import {
  CLIENT_CODES,
  errorOfAnswer,
  GatewayError,
  mixedContent,
  originRefused,
  unreachable,
} from './gateway-error.ts';
import { type FetchLike, type FetchResponse, isReactNative, pageOrigin } from './platform.ts';

/** A token, or a function that returns the current one. */
export type TokenSource = string | (() => string | undefined | Promise<string | undefined>);

/** Values of a query; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Options of every call. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Time limit up to the last byte, milliseconds. */
  timeoutMs?: number | undefined;
}

/** One call. */
export interface Call extends CallOptions {
  method?: string;
  query?: Query;
  /** Sent as JSON. */
  json?: unknown;
  form?: FormData;
  /** Sent as it is, with a `Content-Type` among the headers. */
  text?: string;
  headers?: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 15_000;

/** Calls one gateway. */
export class HttpClient {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** Whether responses can be streamed; React Native's own fetch waits for their end. */
  readonly canStream: boolean;
  readonly #token: TokenSource | undefined;
  readonly #fetch: FetchLike;

  constructor({
    baseUrl,
    token,
    fetch,
  }: { baseUrl: string; token?: TokenSource | undefined; fetch?: FetchLike | undefined }) {
    if (!/^https?:\/\/[^/]/i.test(baseUrl))
      throw new TypeError('baseUrl must begin with http:// or https:// and name a host');
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.#token = token;
    this.canStream = fetch !== undefined || !isReactNative();
    // Browsers' fetch refuses to be called as a method of another object.
    this.#fetch = (url, init) => (fetch ?? globalThis.fetch)(url, init);
  }

  /** The current token. */
  async token(): Promise<string | undefined> {
    return typeof this.#token === 'function' ? this.#token() : this.#token;
  }

  /** Headers for an image view that loads from the gateway. */
  async authHeaders(): Promise<Record<string, string>> {
    const token = await this.token();
    return token === undefined ? {} : { Authorization: `Bearer ${token}` };
  }

  /** The address of a path of the gateway. */
  url(path: string, query: Query = {}): string {
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
    );
    return `${this.baseUrl}${path}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
  }

  /** Calls and parses JSON; undefined for an empty response. @throws GatewayError */
  async json<T>(path: string, call: Call = {}): Promise<T> {
    return this.#within(call, async (signal) => {
      const text = await (await this.#send(path, call, signal)).text();
      if (text === '') return undefined as T;
      try {
        return JSON.parse(text) as T;
      } catch (cause) {
        throw new GatewayError({
          code: CLIENT_CODES.unexpected,
          message: 'What answered is not the gateway: no JSON',
          cause,
        });
      }
    });
  }

  /** Calls and returns the response, to be read within the time limit. @throws GatewayError */
  async read<T>(path: string, call: Call, reader: (response: FetchResponse) => Promise<T>): Promise<T> {
    return this.#within(call, async (signal) => reader(await this.#send(path, call, signal)));
  }

  /** Calls and returns the response without a time limit for its body. @throws GatewayError */
  async open(path: string, call: Call): Promise<FetchResponse> {
    try {
      return await this.#send(path, call, call.signal);
    } catch (error) {
      throw await this.#toError(error, call.signal, false);
    }
  }

  async #send(path: string, call: Call, signal: AbortSignal | undefined): Promise<FetchResponse> {
    const { json, form, text, query, method = 'GET' } = call;
    const response = await this.#fetch(this.url(path, query), {
      method,
      headers: {
        Accept: 'application/json',
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(await this.authHeaders()),
        ...call.headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(form === undefined ? {} : { body: form }),
      ...(text === undefined ? {} : { body: text }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (response.ok) return response;
    throw errorOfAnswer(response.status, await response.text(), response.headers.get('retry-after'));
  }

  /** React Native has neither `AbortSignal.any` nor `AbortSignal.timeout`. */
  async #within<T>({ signal, timeoutMs = TIMEOUT_MS }: Call, run: (signal: AbortSignal) => Promise<T>) {
    const ending = new AbortController();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      ending.abort();
    }, timeoutMs);
    const abort = (): void => ending.abort();
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    try {
      return await run(ending.signal);
    } catch (error) {
      throw await this.#toError(error, signal, isLate);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  async #toError(error: unknown, signal: AbortSignal | undefined, isLate: boolean): Promise<unknown> {
    if (error instanceof GatewayError) return error;
    if (signal?.aborted) return signal.reason ?? error;
    if (!isLate) return (await this.#refusalOf(error)) ?? unreachable(error);
    return new GatewayError({
      code: CLIENT_CODES.timeout,
      message: 'The gateway did not answer in time',
      cause: error,
    });
  }

  /**
   * Why the browser hides an answer from its page. The page is not told; a request in mode `no-cors`
   * (Fetch standard), whose answer no page may read, shows whether the gateway answers.
   */
  async #refusalOf(cause: unknown): Promise<GatewayError | undefined> {
    const page = pageOrigin();
    if (page === undefined || `${this.baseUrl}/`.startsWith(`${page}/`)) return undefined;
    const answers = await this.#fetch(this.url('/livez'), { mode: 'no-cors' }).then(
      () => true,
      () => false,
    );
    if (answers) return originRefused(page, cause);
    const isMixed = page.startsWith('https:') && /^http:/i.test(this.baseUrl);
    return isMixed ? mixedContent(this.baseUrl, cause) : undefined;
  }
}
