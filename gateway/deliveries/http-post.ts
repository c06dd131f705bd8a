/** POST requests to addresses of operators: bounded in time and size, never to this machine's own services. */
import type { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Request, Response } from 'got';
import { messageOf } from '#shared/errors.ts';
import { http } from '#shared/http/node-http.ts';
import { maskUrl } from '#shared/redact.ts';
import { guardedLookup } from '../config/webhook-target.ts';

/** Result of one request. */
export type PostResult =
  | { kind: 'answered'; status: number; retryAfter: string | undefined; body: string; isCut: boolean }
  /** No response. */
  | { kind: 'failed'; reason: string }
  /** Aborted by the gateway. */
  | { kind: 'aborted' };

/** A request to make. */
export interface OutgoingPost {
  url: string;
  headers: Record<string, string>;
  body: string | Buffer;
}

export interface HttpPostOptions {
  /** Longest silence for connect, response headers and between body parts, milliseconds. */
  timeoutMs?: number | undefined;
  /** Time limit of the whole attempt, milliseconds. */
  attemptMs?: number | undefined;
  /** DNS lookup; the system's by default. */
  resolve?: LookupFunction | undefined;
}

const TIMEOUT_MS = 10_000;
/** A receiver that drips bytes never counts as silent. */
const ATTEMPT_MS = 15_000;
const MAX_ANSWER_BYTES = 2048;
/** Shorter than servers keep idle connections (uvicorn: 5 s), so that none is reused while it closes. */
const IDLE_SOCKET_MS = 3000;

/** Makes requests over keep-alive connections. */
export class HttpPost {
  readonly #timeoutMs: number;
  readonly #attemptMs: number;
  readonly #agents: { http: HttpAgent; https: HttpsAgent };

  constructor({ timeoutMs = TIMEOUT_MS, attemptMs = ATTEMPT_MS, resolve }: HttpPostOptions = {}) {
    const connections = { keepAlive: true, timeout: IDLE_SOCKET_MS, lookup: guardedLookup(resolve) };
    this.#agents = { http: new http.Agent(connections), https: new HttpsAgent(connections) };
    this.#timeoutMs = timeoutMs;
    this.#attemptMs = attemptMs;
  }

  /** Makes one request; never rejects. The status decides; of the body 2 KB are read and the rest is discarded. */
  async send(post: OutgoingPost, signal: AbortSignal): Promise<PostResult> {
    const cut = new AbortController();
    const abort = (): void => cut.abort();
    const timer = setTimeout(abort, this.#attemptMs);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      const answer = await readAnswer(await this.#open(post, cut.signal));
      if (answer.kind === 'answered' || !cut.signal.aborted) return answer;
      if (signal.aborted) return { kind: 'aborted' };
      return { kind: 'failed', reason: `no answer within ${this.#attemptMs / 1000} s` };
    } catch (error) {
      // The library could not be loaded.
      return { kind: 'failed', reason: reasonOf(error) };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  async #open({ url, headers, body }: OutgoingPost, signal: AbortSignal): Promise<Request> {
    const { default: got } = await import('got');
    const { connect, secureConnect, send, response, socket } = allPhases(this.#timeoutMs);
    return got.stream.post(url, {
      body,
      headers,
      agent: this.#agents,
      signal,
      timeout: { connect, secureConnect, send, response, socket },
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      // A small compressed response could unpack to an enormous one.
      decompress: false,
    });
  }
}

function allPhases(ms: number) {
  return { connect: ms, secureConnect: ms, send: ms, response: ms, socket: ms };
}

async function readAnswer(stream: Request): Promise<PostResult> {
  let response: Response | undefined;
  stream.once('response', (given: Response) => {
    response = given;
  });
  const chunks: Buffer[] = [];
  let isCut = false;
  let failure: unknown;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer);
      isCut = chunks.reduce((sum, { length }) => sum + length, 0) > MAX_ANSWER_BYTES;
      if (isCut) break;
    }
  } catch (error) {
    failure = error;
    isCut = true;
  }
  // Once there is a status, an incomplete body changes nothing.
  if (response === undefined) return { kind: 'failed', reason: reasonOf(failure) };
  return {
    kind: 'answered',
    status: response.statusCode,
    retryAfter: response.headers['retry-after'],
    body: Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString(),
    isCut,
  };
}

function reasonOf(failure: unknown): string {
  if (failure === undefined) return 'the connection ended without a response';
  const code = (failure as { code?: unknown }).code;
  const text = maskUrl(messageOf(failure));
  return typeof code === 'string' && !text.includes(code) ? `${text} (${code})` : text;
}
