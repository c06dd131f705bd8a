/** HTTP client for the MediaMTX control API: answers, or AppErrors. */
import type { Method, RequestError } from 'got';
import { AppError } from '#shared/errors.ts';
import { maskedStart } from '#shared/redact.ts';

/** Credentials; MediaMTX takes none in a query. */
export type MediamtxAuth =
  | { kind: 'basic'; username: string; password: string }
  /** A JSON web token, or `user:password`. */
  | { kind: 'bearer'; token: string };

/** Address and limits of the API. */
export interface MediamtxHttpOptions {
  /** `http://localhost:9997`; user information in it becomes basic authentication. */
  url: string;
  auth?: MediamtxAuth | undefined;
  /** Time limit of a call, milliseconds; wrong credentials are answered after up to four seconds. */
  timeoutMs?: number;
  /** Largest accepted answer, bytes. */
  maxBytes?: number;
}

/** An answer of any status. */
export interface MediamtxAnswer {
  status: number;
  /** The JSON body; undefined for an empty body, plain text or HTML. */
  body: unknown;
  /** Short reason of a failure, without credentials. */
  reason: string;
}

export interface MediamtxCall {
  query?: Record<string, number>;
  json?: object;
  signal?: AbortSignal | undefined;
}

const TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 3000;
/** A thousand paths with all their settings are about 4 MB. */
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_REASON_LENGTH = 300;
/** The server closed an idle connection (after 30 s since v1.15.2) just as it was reused. */
const STALE_CONNECTION = new Set(['ECONNRESET', 'EPIPE']);

/** Calls one server. */
export class MediamtxHttp {
  readonly #base: string;
  readonly #authorization: string | undefined;
  readonly #timeoutMs: number;
  readonly #maxBytes: number;

  constructor({ url, auth, timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES }: MediamtxHttpOptions) {
    const base = new URL(url);
    this.#authorization = authorizationFor(auth ?? authOf(base));
    base.username = '';
    base.password = '';
    this.#base = base.href.replace(/\/+$/, '');
    this.#timeoutMs = timeoutMs;
    this.#maxBytes = maxBytes;
  }

  /**
   * One call; retried once, immediately, if a kept connection was stale.
   * @throws AppError `mediamtx-unreachable`, `-timeout`, `-unauthorized`, `-invalid-answer`
   */
  async call(method: Method, path: string, call: MediamtxCall = {}): Promise<MediamtxAnswer> {
    try {
      return await this.#send(method, path, call, false);
    } catch (error) {
      if (!isStale(error)) throw toMediamtxError(error);
    }
    try {
      return await this.#send(method, path, call, true);
    } catch (error) {
      throw toMediamtxError(error);
    }
  }

  async #send(method: Method, path: string, call: MediamtxCall, isFresh: boolean): Promise<MediamtxAnswer> {
    const { query, json, signal } = call;
    const tooLarge = new AbortController();
    const { default: got } = await import('got');
    const request = got(`${this.#base}${path}`, {
      method,
      headers: this.#authorization === undefined ? {} : { authorization: this.#authorization },
      ...(query === undefined ? {} : { searchParams: query }),
      ...(json === undefined ? {} : { json }),
      ...(isFresh ? { agent: { http: false, https: false } } : {}),
      signal: AbortSignal.any([tooLarge.signal, ...(signal === undefined ? [] : [signal])]),
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      // A compressed answer could unpack to any size.
      decompress: false,
      timeout: { connect: CONNECT_TIMEOUT_MS, request: this.#timeoutMs },
    });
    request.on('downloadProgress', ({ transferred }) => {
      if (transferred > this.#maxBytes) tooLarge.abort();
    });
    try {
      const { statusCode, body, headers } = await request;
      return toAnswer(statusCode, body, headers['content-type'] ?? '');
    } catch (error) {
      if (tooLarge.signal.aborted) {
        throw new AppError('mediamtx-invalid-answer', `MediaMTX answered more than ${this.#maxBytes} bytes`);
      }
      throw error;
    }
  }
}

function toAnswer(status: number, text: string, contentType: string): MediamtxAnswer {
  if (status === 401 || status === 403) {
    throw new AppError('mediamtx-unauthorized', `MediaMTX refused access to its API (${status})`);
  }
  const body = /\bjson\b/i.test(contentType) ? parse(text) : undefined;
  return { status, body, reason: reasonOf(status, body, text) };
}

/** JSON since v1.9, an empty body before v1.15.5, plain text for routes that do not exist, HTML from proxies. */
function reasonOf(status: number, body: unknown, text: string): string {
  const { error } = (body ?? {}) as { error?: unknown };
  const isPage = text.trimStart().startsWith('<');
  const words = typeof error === 'string' ? error : isPage || body !== undefined ? '' : text.trim();
  return maskedStart(words === '' ? `status ${status}` : words, MAX_REASON_LENGTH);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** User information of a URL as basic authentication; undefined without any. */
export function authOf({ username, password }: URL): MediamtxAuth | undefined {
  if (username === '' && password === '') return undefined;
  return { kind: 'basic', username: decode(username), password: decode(password) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function authorizationFor(auth: MediamtxAuth | undefined): string | undefined {
  if (auth === undefined) return undefined;
  if (auth.kind === 'bearer') return `Bearer ${auth.token}`;
  return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
}

/** Got is loaded with the first call: its errors are known by name and code. */
function factsOf(error: unknown): Partial<Pick<RequestError, 'name' | 'code'>> {
  return (error ?? {}) as Partial<RequestError>;
}

function isStale(error: unknown): boolean {
  return STALE_CONNECTION.has(factsOf(error).code ?? '');
}

/** Without `cause`: it would carry the request with passwords. */
function toMediamtxError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { name, code = 'no connection' } = factsOf(error);
  if (name === 'TimeoutError') return new AppError('mediamtx-timeout', 'MediaMTX did not answer in time');
  return new AppError('mediamtx-unreachable', `MediaMTX cannot be reached (${code})`);
}
