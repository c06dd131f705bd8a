/** HTTP client for model servers, in clouds and on local machines. */
import type { LookupFunction } from 'node:net';
import type { Request, Response } from 'got';
import { AppError } from '#shared/errors.ts';
import { guardedLookup } from '../config/webhook-target.ts';
import { Deadline } from './deadline.ts';
import { codeOfRequest, errorInBody, errorOfFailure, errorOfStatus } from './upstream-errors.ts';
import type { Vendor } from './vendor.ts';

/** An answer of a server. `chunks` throws an AppError when the stream breaks off. */
export type UpstreamAnswer =
  | { kind: 'json'; body: Record<string, unknown> }
  | { kind: 'stream'; contentType: string; chunks: AsyncIterable<Buffer> };

export interface UpstreamOptions {
  vendor: Vendor;
  /** Base URL without a trailing slash: `https://api.moondream.ai/v1`. */
  url: string;
  apiKey: string | undefined;
  /** Limit for a whole answer, for the start of a stream and between its chunks, milliseconds. */
  timeoutMs: number;
  /** Pause before the retry, milliseconds. */
  retryMs?: number;
  /** DNS lookup; the system's by default. */
  resolve?: LookupFunction;
}

const RETRY_MS = 300;
/** For lists, which a server has at hand, milliseconds. */
const GET_MS = 10_000;
const STREAM_MS = 5 * 60_000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const STREAM_TYPES = /^(?:text\/event-stream|application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines))\b/i;
/** Sent by a proxy that did not reach the server. */
const RETRIED_STATUS = new Set([502, 503]);
/** The connection failed, or the server had closed an idle one. */
const RETRIED_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'ENETUNREACH']);

/** Calls one model server. */
export class Upstream {
  readonly #options: UpstreamOptions;

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /**
   * Posts, and retries once when the request did not reach the server, never after a byte of an answer.
   * @param path below the URL
   * @param body JSON
   * @throws AppError `moondream-*` or `vlm-*`
   */
  async post(path: string, body: string, signal: AbortSignal): Promise<UpstreamAnswer> {
    const deadline = new Deadline(this.#options.timeoutMs, signal);
    try {
      const { request, response } = await this.#reach(path, body, deadline);
      const contentType = response.headers['content-type'] ?? '';
      if (response.statusCode < 300 && STREAM_TYPES.test(contentType)) {
        return { kind: 'stream', contentType, chunks: this.#chunks(request, deadline) };
      }
      const text = await readAll(request, this.#options.vendor);
      deadline.end();
      return { kind: 'json', body: readBody(this.#options.vendor, response, text) };
    } catch (error) {
      deadline.cancel();
      throw errorOfFailure(this.#options.vendor, error, deadline);
    }
  }

  /** Reads JSON. @param path below the URL @throws AppError `moondream-*` or `vlm-*` */
  async get(path: string, signal: AbortSignal): Promise<Record<string, unknown>> {
    const { vendor, timeoutMs } = this.#options;
    const deadline = new Deadline(Math.min(timeoutMs, GET_MS), signal);
    try {
      const { request, response } = await reach(await this.#open('get', path, deadline));
      return readBody(vendor, response, await readAll(request, vendor));
    } catch (error) {
      throw errorOfFailure(vendor, error, deadline);
    } finally {
      deadline.cancel();
    }
  }

  async #reach(path: string, body: string, deadline: Deadline): Promise<Reached> {
    try {
      const reached = await reach(await this.#post(path, body, deadline));
      if (!RETRIED_STATUS.has(reached.response.statusCode)) return reached;
      reached.request.destroy();
    } catch (error) {
      if (!RETRIED_CODES.has(codeOfRequest(error) ?? '')) throw error;
    }
    await pause(this.#options.retryMs ?? RETRY_MS, deadline.signal);
    return reach(await this.#post(path, body, deadline));
  }

  async #post(path: string, body: string, deadline: Deadline): Promise<Request> {
    const length = String(Buffer.byteLength(body));
    const headers = { 'content-type': 'application/json', 'content-length': length };
    const request = await this.#open('post', path, deadline, headers);
    // Not as an option: got 16.1 breaks off a request whose answer begins before it has seen such a body written.
    request.end(body);
    return request;
  }

  async #open(
    method: 'get' | 'post',
    path: string,
    { signal }: Deadline,
    headers: Record<string, string> = {},
  ): Promise<Request> {
    const { default: got } = await import('got');
    const { vendor, url, apiKey, resolve } = this.#options;
    return got.stream[method](`${url}/${path}`, {
      headers: {
        ...headers,
        accept: 'application/json, text/event-stream',
        // Compression would delay the first words of a stream.
        'accept-encoding': 'identity',
        ...(apiKey === undefined ? {} : vendor.authorization(apiKey)),
      },
      signal,
      retry: { limit: 0 },
      // A redirect would take the key to another host.
      followRedirect: false,
      dnsLookup: guardedLookup(resolve),
      throwHttpErrors: false,
    });
  }

  async *#chunks(request: Request, deadline: Deadline): AsyncGenerator<Buffer> {
    const endsAt = performance.now() + STREAM_MS;
    const extend = (): void =>
      deadline.restart(Math.min(this.#options.timeoutMs, Math.max(0, endsAt - performance.now())));
    try {
      extend();
      for await (const chunk of request) {
        extend();
        yield chunk as Buffer;
      }
      deadline.end();
    } catch (error) {
      throw errorOfFailure(this.#options.vendor, error, deadline);
    } finally {
      if (!request.readableEnded) deadline.cancel();
    }
  }
}

interface Reached {
  request: Request;
  response: Response;
}

/** Waits for the head of an answer. */
function reach(request: Request): Promise<Reached> {
  return new Promise((resolve, reject) => {
    // Stays: an error after the headers, without a reader, must not end the process.
    request.on('error', reject);
    request.once('response', (response: Response) => resolve({ request, response }));
  });
}

async function readAll(request: Request, { code, name }: Vendor): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_ANSWER_BYTES) throw new AppError(`${code}-failed`, `${name} answered too much`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function readBody(
  vendor: Vendor,
  { statusCode: status, headers }: Response,
  text: string,
): Record<string, unknown> {
  if (status >= 300) throw errorOfStatus(vendor, { status, text, retryAfter: headers['retry-after'] });
  const body = parseObject(text);
  if (body === undefined)
    throw new AppError(`${vendor.code}-failed`, `${vendor.name} answered something unreadable`);
  const error = errorInBody(vendor, body);
  if (error !== undefined) throw error;
  return body;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Resolves early when the signal aborts: the next request then fails with the reason. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
